BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE inbox (
	"key" VARCHAR(200) NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	received_at FLOAT NOT NULL, 
	body BLOB NOT NULL, 
	done_at FLOAT, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE TABLE intents (
	id VARCHAR(32) NOT NULL, 
	"key" VARCHAR(64) NOT NULL, 
	at FLOAT NOT NULL, 
	team_id VARCHAR(40) NOT NULL, 
	user_id VARCHAR(40) NOT NULL, 
	user_name TEXT NOT NULL, 
	verb VARCHAR(40) NOT NULL, 
	runbook_id VARCHAR(80) NOT NULL, 
	task_id VARCHAR(80) DEFAULT '' NOT NULL, 
	seen VARCHAR(80) DEFAULT '' NOT NULL, 
	origin TEXT NOT NULL, 
	wish TEXT NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	outcome TEXT, 
	settled_at FLOAT, 
	PRIMARY KEY (id), 
	UNIQUE ("key")
);
CREATE TABLE letters (
	id INTEGER NOT NULL, 
	"key" VARCHAR(120) NOT NULL, 
	channel_id VARCHAR(40) NOT NULL, 
	at FLOAT NOT NULL, 
	body TEXT NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	due_at FLOAT NOT NULL, 
	message_ts VARCHAR(40), 
	error TEXT, 
	PRIMARY KEY (id), 
	UNIQUE ("key")
);
CREATE TABLE links (
	team_id VARCHAR(40) NOT NULL, 
	channel_id VARCHAR(40) NOT NULL, 
	runbook_id VARCHAR(80) NOT NULL, 
	runbook_name TEXT NOT NULL, 
	linked_by VARCHAR(40) NOT NULL, 
	linked_at FLOAT NOT NULL, 
	message_ts VARCHAR(40) NOT NULL, 
	PRIMARY KEY (team_id, channel_id)
);
INSERT INTO "links" VALUES('T0HARBOUR01','C0DCFAILOVR','1','DC North to DC South fail-over','U0DANA00001',1763676000.0,'1763676000.000100');
CREATE INDEX inbox_open ON inbox (received_at) WHERE done_at IS NULL;
CREATE INDEX intents_open ON intents (at) WHERE state IN ('open', 'unknown');
CREATE INDEX intents_target ON intents (runbook_id, task_id, at);
CREATE INDEX letters_waiting ON letters (due_at) WHERE state IN ('waiting', 'sending');
COMMIT;
