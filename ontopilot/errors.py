"""Every error that ontopilot raises on purpose.

    OntopilotError
    ├── ConfigError            a constructor argument or an agent file is wrong
    │   └── MissingExtra       an optional package is not installed
    ├── OntologyError
    │   ├── OntologyNotFound   no file there, or it cannot be opened
    │   ├── OntologySyntaxError    malformed, truncated or unreadable
    │   ├── OntologyImportError    an import that cannot be resolved or is refused
    │   ├── InconsistentOntology   the axioms contradict one another
    │   ├── UnknownTerm        a name that the ontology does not have
    │   ├── PolicyError        a policy (SHACL) file is wrong
    │   └── EditError          an edit that cannot be made without loss, or not as written
    │       ├── EditConflict   the file changed on disk, or somebody else is saving it
    │       └── SaveFailed     the file cannot be written
    ├── ModelError
    │   ├── ModelNotFound      no such model, file or server
    │   ├── EngineFailed       an engine stopped while it worked
    │   ├── Busy               no room for a request now; says when to come again
    │   ├── RequestRefused     a request asks for what this engine, or any, cannot do
    │   │   ├── PromptTooLong  a prompt does not fit the context of the model
    │   │   ├── ConstraintMalformed    a grammar or schema is wrong, or nothing can keep it
    │   │   └── ConstraintRefused  an engine or a server does not keep an answer to a grammar
    │   └── ClaimsMalformed    what a model wrote as claims is not what its grammar allows
    ├── RetrievalError
    │   ├── DocumentError      a document or ticket cannot be read
    │   └── IndexDamaged       the stored index does not match its checksum
    ├── TurnError
    │   ├── QuestionError      a question that cannot be asked
    │   └── ActionError        an action that is declared or called wrongly
    ├── TuneError
    │   ├── DataUnfit          examples from which nothing can be learnt
    │   ├── TrainingStopped    a training that cannot go on; its last checkpoint is kept
    │   └── NotPromoted        an adapter that may not be put into service, or cannot be
    └── StoreError
        ├── StoreLocked        another process holds the store
        ├── StoreReadOnly      the store cannot be written
        ├── NotYours           a conversation that somebody else began
        ├── StillRunning       a turn that is being answered is asked for again, or deleted
        ├── OtherRequest       a request with the idempotency key of another one
        ├── AlreadyTaken       a hand-over that another operator has, or that is closed
        └── StoreVersion       a newer ontopilot wrote the store, or went on with a conversation

A message says where, which value and what to do.
"""


class OntopilotError(Exception):
    """The root: catch this to catch everything that ontopilot raises on purpose."""


class ConfigError(OntopilotError):
    """A constructor argument, a setting or an agent file is wrong."""


class MissingExtra(ConfigError):
    """An optional package is needed and not installed."""

    def __init__(self, package: str, *, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package {package!r}, which is not installed; "
            f"run: pip install 'ontopilot[{extra}]'"
        )


class OntologyError(OntopilotError):
    """An ontology cannot be used as it is."""


class OntologyNotFound(OntologyError):
    """The ontology file does not exist or cannot be opened."""


class OntologySyntaxError(OntologyError):
    """The ontology file is malformed, truncated or in no syntax that is known."""


class OntologyImportError(OntologyError):
    """An import of the ontology cannot be resolved, or is refused."""


class InconsistentOntology(OntologyError):
    """The axioms of the ontology contradict one another."""


class UnknownTerm(OntologyError):
    """A name that the ontology does not have."""


class PolicyError(OntologyError):
    """A policy file is malformed or names terms that the ontology does not have."""


class EditError(OntologyError):
    """An edit of an ontology that is written wrongly or cannot be made without loss."""


class EditConflict(EditError):
    """The file changed on disk since it was loaded, or another program is saving it."""


class SaveFailed(EditError):
    """The edited file cannot be written; the file on disk is as it was."""


class ModelError(OntopilotError):
    """A model cannot be loaded or cannot answer."""


class ModelNotFound(ModelError):
    """No model of that name, at that path or at that address."""


class EngineFailed(ModelError):
    """An engine stopped while it worked."""


class Busy(ModelError):
    """Nothing has room for a request; `retry_after_s` is when there may be, in seconds."""

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(f"{message}; ask again in {retry_after_s:.0f} s")
        self.retry_after_s = retry_after_s


class RequestRefused(ModelError):
    """A request asks for what the engine cannot do; the engine itself is well."""


class PromptTooLong(RequestRefused):
    """A prompt and the answer it asks for do not fit the context of the model."""


class ConstraintMalformed(RequestRefused):
    """The grammar or the schema of a request is wrong, or nothing can keep it."""


class ConstraintRefused(RequestRefused):
    """An engine cannot keep, or has not kept, an answer to a grammar or a schema."""


class ClaimsMalformed(ModelError):
    """What a model wrote as claims is cut off or is not what its grammar allows."""


class RetrievalError(OntopilotError):
    """Evidence cannot be indexed or searched."""


class DocumentError(RetrievalError):
    """A document or a past interaction cannot be read."""


class IndexDamaged(RetrievalError):
    """The stored index does not match its checksum; `damage` says where and what."""

    def __init__(self, damage: str) -> None:
        super().__init__(f"{damage}; run `ontopilot index --repair` to mend it")
        self.damage = damage


class TurnError(OntopilotError):
    """A turn cannot be run."""


class QuestionError(TurnError):
    """A question that cannot be asked: empty, too long, or not text."""


class ActionError(TurnError):
    """An action is declared or called wrongly."""


class TuneError(OntopilotError):
    """A model cannot be made, measured or put into service."""


class DataUnfit(TuneError):
    """Examples from which nothing can be learnt: none, one-sided, or not about the base's task."""


class TrainingStopped(TuneError):
    """A training that cannot go on; its last good checkpoint is kept."""


class NotPromoted(TuneError):
    """An adapter that may not be put into service, or cannot be."""


class StoreError(OntopilotError):
    """The store cannot be used."""


class StoreLocked(StoreError):
    """Another process holds the store."""


class StoreReadOnly(StoreError):
    """The store, or the folder that it is in, cannot be written."""


class StoreVersion(StoreError):
    """A newer version of ontopilot wrote the store, or went on with a conversation or a turn."""


class NotYours(StoreError):
    """A conversation or a turn that somebody else began."""


class StillRunning(StoreError):
    """A turn is being answered: its request was sent again, or it is to be deleted."""


class OtherRequest(StoreError):
    """A request has the idempotency key of another one."""


class AlreadyTaken(StoreError):
    """A hand-over to a person that another operator has, or that is closed."""
