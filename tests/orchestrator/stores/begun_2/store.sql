BEGIN TRANSACTION;
CREATE TABLE actions (
	turn TEXT NOT NULL, 
	name TEXT NOT NULL, 
	arguments JSON NOT NULL, 
	started BIGINT NOT NULL, 
	ended BIGINT, 
	result JSON, 
	error JSON, 
	PRIMARY KEY (turn), 
	FOREIGN KEY(turn) REFERENCES turns (id) ON DELETE CASCADE
);
CREATE TABLE asked (
	owner TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	body TEXT NOT NULL, 
	turn TEXT, 
	asked BIGINT NOT NULL, 
	PRIMARY KEY (owner, "key")
);
CREATE TABLE claims (
	number INTEGER NOT NULL, 
	turn TEXT NOT NULL, 
	position INTEGER, 
	status TEXT NOT NULL, 
	explanation JSON NOT NULL, 
	claim JSON NOT NULL, 
	judged JSON, 
	PRIMARY KEY (number), 
	CONSTRAINT claims_once UNIQUE (turn, position), 
	FOREIGN KEY(turn) REFERENCES turns (id) ON DELETE CASCADE
);
INSERT INTO "claims" VALUES(1,'t-1a231dacaefe4bcf427e5ed4f04',0,'supported','"The cited text says so (AquaBoil 2 manual > Descaling)."','{"text":"To descale the AquaBoil 2, boil half a litre of white vinegar with half a litre of water.","evidence_ids":["doc:kettle.md#1"],"facts":[]}',NULL);
CREATE TABLE conversations (
	id TEXT NOT NULL, 
	customer TEXT, 
	begun BIGINT NOT NULL, 
	owner TEXT, 
	PRIMARY KEY (id)
);
INSERT INTO "conversations" VALUES('c-2','C-1001',1796132745907,NULL);
INSERT INTO "conversations" VALUES('c-1','C-1001',1796132752111,NULL);
CREATE TABLE evidence (
	turn TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	body JSON NOT NULL, 
	PRIMARY KEY (turn, position), 
	FOREIGN KEY(turn) REFERENCES turns (id) ON DELETE CASCADE
);
INSERT INTO "evidence" VALUES('t-1a231dacaefe4bcf427e5ed4f04',0,'doc:kettle.md#1','passage','{"id":"doc:kettle.md#1","kind":"passage","text":"To descale the AquaBoil 2, boil half a litre of white vinegar with half a litre of water.\nLeave the mixture in the AquaBoil 2 for 20 minutes and rinse it twice.","score":1.0,"why":"mentions AquaBoil 2; dense and lexical match","title":"AquaBoil 2 manual > Descaling","source":"kettle.md","terms":["http://example.org/tiny#AquaBoil"],"facts":[]}');
INSERT INTO "evidence" VALUES('t-1a231dacaefe4bcf427e5ed4f04',1,'doc:kettle.md#2','passage','{"id":"doc:kettle.md#2","kind":"passage","text":"If the AquaBoil 2 leaks at the base, the seal of the water gauge is worn.\nA worn seal is replaced free of charge during the warranty.","score":0.626935601234436,"why":"mentions AquaBoil 2; dense match","title":"AquaBoil 2 manual > Leaks","source":"kettle.md","terms":["http://example.org/tiny#AquaBoil","http://example.org/tiny#warrantyMonths"],"facts":[]}');
INSERT INTO "evidence" VALUES('t-1a231dacaefe4bcf427e5ed4f04',2,'fact:c02fe1bd8847','fact','{"id":"fact:c02fe1bd8847","kind":"fact","text":"The warranty period of AquaBoil 2 is 24 months.","score":0.25,"why":"a fact about AquaBoil 2, stated in the ontology","title":"AquaBoil 2","source":"shop.ttl","terms":["http://example.org/tiny#AquaBoil","http://example.org/tiny#warrantyMonths"],"facts":[{"subject":"http://example.org/tiny#AquaBoil","predicate":"http://example.org/tiny#warrantyMonths","object":{"value":"24","datatype":"http://www.w3.org/2001/XMLSchema#integer","language":""},"inferred":false,"of_itself":false}]}');
INSERT INTO "evidence" VALUES('t-1a231dacaefe4bcf427e5ed4f04',3,'fact:c78a552c4917','fact','{"id":"fact:c78a552c4917","kind":"fact","text":"AquaBoil 2 is a kettle.","score":0.25,"why":"a fact about AquaBoil 2, stated in the ontology","title":"AquaBoil 2","source":"shop.ttl","terms":["http://example.org/tiny#AquaBoil","http://www.w3.org/1999/02/22-rdf-syntax-ns#type","http://example.org/tiny#Kettle"],"facts":[{"subject":"http://example.org/tiny#AquaBoil","predicate":"http://www.w3.org/1999/02/22-rdf-syntax-ns#type","object":"http://example.org/tiny#Kettle","inferred":false,"of_itself":false}]}');
INSERT INTO "evidence" VALUES('t-1a231dacaefe4bcf427e5ed4f04',4,'fact:b7ad2c6ca174','fact','{"id":"fact:b7ad2c6ca174","kind":"fact","text":"AquaBoil 2 is a product.","score":0.25,"why":"a fact about AquaBoil 2, inferred in the ontology","title":"AquaBoil 2","source":"shop.ttl","terms":["http://example.org/tiny#AquaBoil","http://www.w3.org/1999/02/22-rdf-syntax-ns#type","http://example.org/tiny#Product"],"facts":[{"subject":"http://example.org/tiny#AquaBoil","predicate":"http://www.w3.org/1999/02/22-rdf-syntax-ns#type","object":"http://example.org/tiny#Product","inferred":true,"of_itself":false}]}');
INSERT INTO "evidence" VALUES('t-1a231dacaefe4bcf427e5ed4f04',5,'doc:router.md#1','passage','{"id":"doc:router.md#1","kind":"passage","text":"The NetBeam 5 restarts when its button is held for ten seconds.\nAfter a restart the NetBeam 5 needs two minutes until its light turns green.","score":0.16181328892707825,"why":"a weak match","title":"NetBeam 5 guide > Restarting","source":"router.md","terms":["http://example.org/tiny#NetBeam"],"facts":[]}');
CREATE TABLE feedback (
	turn TEXT NOT NULL, 
	rating INTEGER NOT NULL, 
	correction JSON NOT NULL, 
	given BIGINT NOT NULL, 
	PRIMARY KEY (turn), 
	CONSTRAINT feedback_rating CHECK (rating BETWEEN 1 AND 5), 
	FOREIGN KEY(turn) REFERENCES turns (id) ON DELETE CASCADE
);
CREATE TABLE keys (
	id TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	name TEXT NOT NULL, 
	role TEXT NOT NULL, 
	scopes JSON NOT NULL, 
	customer TEXT, 
	made BIGINT NOT NULL, 
	expires BIGINT, 
	revoked BIGINT, 
	PRIMARY KEY (id), 
	UNIQUE (digest)
);
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('schema','2');
CREATE TABLE pending (
	turn TEXT NOT NULL, 
	conversation TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	action TEXT NOT NULL, 
	slots JSON NOT NULL, 
	asked BIGINT NOT NULL, 
	over BIGINT, 
	PRIMARY KEY (turn), 
	FOREIGN KEY(turn) REFERENCES turns (id) ON DELETE CASCADE, 
	FOREIGN KEY(conversation) REFERENCES conversations (id) ON DELETE CASCADE
);
INSERT INTO "pending" VALUES('t-1a231dab2b3f4ae19f284cb85c4','c-2','confirm','refund','{"order":"A-10001"}',1796132745938,NULL);
CREATE TABLE steps (
	turn TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	estimated_ms DOUBLE, 
	actual_ms DOUBLE, 
	runs INTEGER NOT NULL, 
	PRIMARY KEY (turn, position), 
	FOREIGN KEY(turn) REFERENCES turns (id) ON DELETE CASCADE
);
INSERT INTO "steps" VALUES('t-1a231dab2b3f4ae19f284cb85c4',0,'understand',NULL,2.80895099967892747372e+00,1);
INSERT INTO "steps" VALUES('t-1a231dab2b3f4ae19f284cb85c4',1,'plan',NULL,2.59581199952663155272e+00,1);
INSERT INTO "steps" VALUES('t-1a231dab2b3f4ae19f284cb85c4',2,'act',NULL,NULL,0);
INSERT INTO "steps" VALUES('t-1a231dab2b3f4ae19f284cb85c4',3,'respond',NULL,NULL,0);
CREATE TABLE tickets (
	digest TEXT NOT NULL, 
	role TEXT NOT NULL, 
	customer TEXT, 
	expires BIGINT NOT NULL, 
	used BIGINT, 
	PRIMARY KEY (digest)
);
CREATE TABLE turns (
	number INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	conversation TEXT NOT NULL, 
	customer TEXT, 
	question TEXT NOT NULL, 
	thread TEXT NOT NULL, 
	ontology_version TEXT NOT NULL, 
	begun BIGINT NOT NULL, 
	ended BIGINT, 
	outcome TEXT, 
	text TEXT, 
	mentions JSON, 
	answer JSON, 
	PRIMARY KEY (number), 
	UNIQUE (id), 
	FOREIGN KEY(conversation) REFERENCES conversations (id) ON DELETE CASCADE
);
INSERT INTO "turns" VALUES(1,'t-1a231dab2b3f4ae19f284cb85c4','c-2','C-1001','I want my money back for order A-10001','t-1a231dab2b3f4ae19f284cb85c4','8536bdb500b0a81f',1796132745907,1796132745947,'confirm','Refund an order (order A-10001). Shall I refund this order?','[{"start":10,"end":20,"text":"money back","iri":"http://example.org/tiny#Refund","score":0.95,"value":""},{"start":25,"end":30,"text":"order","iri":"http://example.org/tiny#Order","score":1.0,"value":""},{"start":31,"end":38,"text":"A-10001","iri":"http://example.org/tiny#Order","score":1.0,"value":"A-10001"}]','{"text":"Refund an order (order A-10001). Shall I refund this order?","outcome":"confirm","citations":[],"claims":[],"verdicts":[],"plan":{"strategy":"act","reason":"the customer asks for ''refund'' (score 1.14)","operators":[{"name":"understand","detail":"","estimated_ms":null,"actual_ms":2.8089509996789275,"runs":1,"estimated_p95_ms":null,"estimated_tokens":null,"actual_tokens":null,"chance":1.0,"of":""},{"name":"plan","detail":"","estimated_ms":null,"actual_ms":2.5958119995266316,"runs":1,"estimated_p95_ms":null,"estimated_tokens":null,"actual_tokens":null,"chance":1.0,"of":""},{"name":"act","detail":"","estimated_ms":null,"actual_ms":null,"runs":0,"estimated_p95_ms":null,"estimated_tokens":null,"actual_tokens":null,"chance":1.0,"of":""},{"name":"respond","detail":"","estimated_ms":null,"actual_ms":null,"runs":0,"estimated_p95_ms":null,"estimated_tokens":null,"actual_tokens":null,"chance":1.0,"of":""}],"rejected":[{"strategy":"facts","reason":"no fact joins the terms that are mentioned","label":"","estimated_ms":null,"estimated_p95_ms":null,"price":null,"right":null}],"expected":null,"objective":"","replans":[],"degraded":"","regret":null,"hindsight":"","log":""},"usage":{"prompt_tokens":0,"completion_tokens":0,"cached_tokens":0},"degraded":"","conversation":"c-2","turn":"t-1a231dab2b3f4ae19f284cb85c4","ontology_version":"8536bdb500b0a81f","action":{"name":"refund","slots":{"order":"A-10001"}},"versions":{}}');
INSERT INTO "turns" VALUES(2,'t-1a231dacaefe4bcf427e5ed4f04','c-1','C-1001','How do I descale my AquaBoil 2?','t-1a231dacaefe4bcf427e5ed4f04','8536bdb500b0a81f',1796132752111,NULL,NULL,NULL,NULL,NULL);
CREATE INDEX ix_conversations_customer ON conversations (customer);
CREATE INDEX ix_conversations_owner ON conversations (owner);
CREATE INDEX turns_unfinished ON turns (number) WHERE ended IS NULL;
CREATE INDEX turns_of_conversation ON turns (conversation, number);
CREATE INDEX ix_evidence_id ON evidence (id);
CREATE UNIQUE INDEX pending_once ON pending (conversation) WHERE over IS NULL;
COMMIT;
