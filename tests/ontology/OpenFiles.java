import java.io.File;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.io.FileDocumentSource;
import org.semanticweb.owlapi.model.IRI;
import org.semanticweb.owlapi.model.MissingImportHandlingStrategy;
import org.semanticweb.owlapi.model.OWLOntology;
import org.semanticweb.owlapi.model.OWLOntologyIRIMapper;
import org.semanticweb.owlapi.model.OWLOntologyLoaderConfiguration;
import org.semanticweb.owlapi.model.OWLOntologyManager;

/** Opens files as Protégé does; prints the number of axioms, the syntax and the path of each. */
public class OpenFiles {
    public static void main(String[] paths) throws Exception {
        OWLOntologyLoaderConfiguration lenient = new OWLOntologyLoaderConfiguration()
            .setMissingImportHandlingStrategy(MissingImportHandlingStrategy.SILENT);
        for (String path : paths) {
            OWLOntologyManager manager = OWLManager.createOWLOntologyManager();
            manager.addIRIMapper(new OWLOntologyIRIMapper() {
                public IRI getDocumentIRI(IRI imported) {
                    return IRI.create(new File("no-network").toURI());
                }
            });
            OWLOntology read = manager.loadOntologyFromOntologyDocument(
                new FileDocumentSource(new File(path)), lenient);
            System.out.println(
                read.getAxiomCount() + "\t" + manager.getOntologyFormat(read) + "\t" + path);
        }
    }
}
