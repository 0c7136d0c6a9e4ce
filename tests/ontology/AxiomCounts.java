import java.io.File;
import java.util.Map;
import java.util.TreeMap;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.model.IRI;
import org.semanticweb.owlapi.model.MissingImportHandlingStrategy;
import org.semanticweb.owlapi.model.OWLAxiom;
import org.semanticweb.owlapi.model.OWLEquivalentClassesAxiom;
import org.semanticweb.owlapi.model.OWLNaryPropertyAxiom;
import org.semanticweb.owlapi.model.OWLOntology;
import org.semanticweb.owlapi.model.OWLOntologyLoaderConfiguration;
import org.semanticweb.owlapi.model.OWLOntologyManager;
import org.semanticweb.owlapi.model.OWLSameIndividualAxiom;
import org.semanticweb.owlapi.model.AxiomType;
import org.semanticweb.owlapi.io.FileDocumentSource;
import org.semanticweb.owlapi.util.AutoIRIMapper;

/**
 * Counts the axioms of ontology files by their kind, as the OWL API reads them.
 *
 * <p>One line a file: its path, a tab, then KIND=NUMBER separated by spaces, or "!" and the first
 * line of what is wrong. An axiom that makes n things equal counts n-1 times, since triples state
 * it n-1 times. Imports are looked for in the folder that the first argument names, and are never
 * fetched; their axioms are not counted.
 */
public class AxiomCounts {
    private static final IRI NOWHERE = IRI.create("http://127.0.0.1:9/");

    public static void main(String[] paths) {
        for (String path : paths) {
            System.out.println(path + "\t" + counted(new File(path)));
        }
    }

    private static String counted(File file) {
        try {
            OWLOntologyManager manager = OWLManager.createOWLOntologyManager();
            manager.addIRIMapper(iri -> NOWHERE);
            manager.addIRIMapper(new AutoIRIMapper(file.getAbsoluteFile().getParentFile(), true));
            OWLOntologyLoaderConfiguration quiet = new OWLOntologyLoaderConfiguration()
                .setMissingImportHandlingStrategy(MissingImportHandlingStrategy.SILENT);
            OWLOntology ontology =
                manager.loadOntologyFromOntologyDocument(new FileDocumentSource(file), quiet);
            Map<String, Integer> counts = new TreeMap<>();
            for (OWLAxiom axiom : ontology.getAxioms()) {
                counts.merge(axiom.getAxiomType().getName(), times(axiom), Integer::sum);
            }
            StringBuilder line = new StringBuilder();
            counts.forEach((kind, number) -> line.append(kind + "=" + number + " "));
            return line.toString().trim();
        } catch (Exception error) {
            return "!" + error.getClass().getSimpleName();
        }
    }

    private static int times(OWLAxiom axiom) {
        if (axiom instanceof OWLEquivalentClassesAxiom) {
            return Math.max(1, ((OWLEquivalentClassesAxiom) axiom).getClassExpressions().size() - 1);
        }
        if (axiom instanceof OWLSameIndividualAxiom) {
            return Math.max(1, ((OWLSameIndividualAxiom) axiom).getIndividuals().size() - 1);
        }
        if (axiom.isOfType(AxiomType.EQUIVALENT_OBJECT_PROPERTIES, AxiomType.EQUIVALENT_DATA_PROPERTIES)) {
            return Math.max(1, ((OWLNaryPropertyAxiom<?>) axiom).getProperties().size() - 1);
        }
        return 1;
    }
}
