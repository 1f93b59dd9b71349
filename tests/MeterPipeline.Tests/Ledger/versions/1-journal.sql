-- journal.db of schema version 1, as the first release wrote it.
CREATE TABLE journal (seq INTEGER PRIMARY KEY, blob BLOB NOT NULL);
CREATE TABLE pruned (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL);
INSERT INTO pruned VALUES (1, 0);
CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY AUTOINCREMENT, received_at_ms INTEGER NOT NULL, source TEXT NOT NULL, company TEXT NOT NULL,
    reason TEXT NOT NULL, detail TEXT NOT NULL, topic TEXT NOT NULL, payload BLOB NOT NULL, replayed_at_ms INTEGER);
CREATE INDEX quarantine_open ON quarantine (id) WHERE replayed_at_ms IS NULL;
PRAGMA application_id=1297107534;
PRAGMA user_version=1;
