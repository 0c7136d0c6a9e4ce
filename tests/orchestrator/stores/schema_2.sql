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
INSERT INTO "claims" VALUES(1,'t-1a231d4eef18d580646bd62b39b',0,'supported','"It is in the records."','{"text":"It is sent.","evidence_ids":[],"facts":[]}',NULL);
CREATE TABLE conversations (
	id TEXT NOT NULL, 
	customer TEXT, 
	begun BIGINT NOT NULL, 
	owner TEXT, 
	PRIMARY KEY (id)
);
INSERT INTO "conversations" VALUES('c-1','C-1001',1796132368098,'customer:C-1001');
CREATE TABLE evidence (
	turn TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	body JSON NOT NULL, 
	PRIMARY KEY (turn, position), 
	FOREIGN KEY(turn) REFERENCES turns (id) ON DELETE CASCADE
);
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
INSERT INTO "steps" VALUES('t-1a231d4eef18d580646bd62b39b',0,'draft',1.0,2.0,1);
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
INSERT INTO "turns" VALUES(1,'t-1a231d4eef18d580646bd62b39b','c-1','C-1001','Where is my order?','t-1a231d4eef18d580646bd62b39b','v1',1796132368113,1796132368120,'answered','It is sent.',NULL,'{"text":"It is sent.","outcome":"answered","citations":[],"claims":[{"text":"It is sent.","evidence_ids":[],"facts":[]}],"verdicts":[{"claim":{"text":"It is sent.","evidence_ids":[],"facts":[]},"status":"supported","explanation":"It is in the records."}],"plan":{"strategy":"draft","reason":"","operators":[{"name":"draft","detail":"","estimated_ms":1.0,"actual_ms":2.0,"runs":1,"estimated_p95_ms":null,"estimated_tokens":null,"actual_tokens":null,"chance":1.0,"of":""}],"rejected":[],"expected":null,"objective":"","replans":[],"degraded":"","regret":null,"hindsight":"","log":""},"usage":{"prompt_tokens":0,"completion_tokens":0,"cached_tokens":0},"degraded":"","conversation":"c-1","turn":"t-1a231d4eef18d580646bd62b39b","ontology_version":"","action":null,"versions":{}}');
INSERT INTO "turns" VALUES(2,'t-1a231d4ef032bf13140bae68739','c-1','C-1001','And the other one?','t-1a231d4ef032bf13140bae68739','v1',1796132368131,NULL,NULL,NULL,NULL,NULL);
CREATE INDEX ix_conversations_customer ON conversations (customer);
CREATE INDEX ix_conversations_owner ON conversations (owner);
CREATE INDEX turns_unfinished ON turns (number) WHERE ended IS NULL;
CREATE INDEX turns_of_conversation ON turns (conversation, number);
CREATE INDEX ix_evidence_id ON evidence (id);
CREATE UNIQUE INDEX pending_once ON pending (conversation) WHERE over IS NULL;
COMMIT;
