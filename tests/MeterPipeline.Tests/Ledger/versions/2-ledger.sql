-- ledger.db of schema version 2.
CREATE TABLE cursor (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE meter_day (
    day INTEGER NOT NULL, meter_no INTEGER NOT NULL, register INTEGER NOT NULL, blob BLOB NOT NULL,
    PRIMARY KEY (day, meter_no, register)) WITHOUT ROWID;
CREATE TABLE meter_year (
    autumn INTEGER NOT NULL, meter_no INTEGER NOT NULL, register INTEGER NOT NULL, blob BLOB NOT NULL,
    PRIMARY KEY (autumn, meter_no, register)) WITHOUT ROWID;
CREATE TABLE village_day (
    day INTEGER NOT NULL, division TEXT NOT NULL, energy INTEGER NOT NULL, consumption INTEGER NOT NULL, accrued_e8 INTEGER NOT NULL,
    households INTEGER NOT NULL, reporting INTEGER NOT NULL, PRIMARY KEY (day, division, energy)) WITHOUT ROWID;
CREATE TABLE counter (
    day INTEGER NOT NULL, company TEXT NOT NULL, received INTEGER NOT NULL, accepted INTEGER NOT NULL, duplicate INTEGER NOT NULL,
    conflict INTEGER NOT NULL, quarantined INTEGER NOT NULL, PRIMARY KEY (day, company)) WITHOUT ROWID;

CREATE TABLE settled_day (
    id INTEGER PRIMARY KEY AUTOINCREMENT, meter_no INTEGER NOT NULL, register INTEGER NOT NULL, day INTEGER NOT NULL, seq INTEGER NOT NULL);

CREATE TABLE division (code TEXT PRIMARY KEY, name TEXT NOT NULL, parent TEXT) WITHOUT ROWID;
CREATE TABLE company (id TEXT PRIMARY KEY, name TEXT NOT NULL, energy INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE household (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, division TEXT NOT NULL, route INTEGER NOT NULL, conversion INTEGER NOT NULL,
    accepted_day INTEGER, hardship INTEGER NOT NULL, note TEXT NOT NULL, exclusions TEXT) WITHOUT ROWID;
CREATE TABLE meter (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE installation (
    meter_no INTEGER NOT NULL, life INTEGER NOT NULL, household TEXT NOT NULL, company TEXT NOT NULL, energy INTEGER NOT NULL,
    register_digits INTEGER, decimals INTEGER, capacity INTEGER, multiplier_e4 INTEGER NOT NULL, installed_at_ms INTEGER,
    opening INTEGER, removed_at_ms INTEGER, closing INTEGER, serves INTEGER NOT NULL, heated_households INTEGER NOT NULL,
    PRIMARY KEY (meter_no, life)) WITHOUT ROWID;
CREATE TABLE alias (
    account TEXT NOT NULL, from_day INTEGER NOT NULL, household TEXT NOT NULL, until_day INTEGER,
    PRIMARY KEY (account, from_day)) WITHOUT ROWID;
CREATE INDEX alias_household ON alias (household);
CREATE TABLE audit (
    kind TEXT NOT NULL, entity TEXT NOT NULL, n INTEGER NOT NULL, at_ms INTEGER NOT NULL, actor TEXT NOT NULL, before TEXT, after TEXT,
    PRIMARY KEY (kind, entity, n)) WITHOUT ROWID;
CREATE TABLE heated_count (household TEXT NOT NULL, from_day INTEGER NOT NULL, households INTEGER NOT NULL, PRIMARY KEY (household, from_day)) WITHOUT ROWID;
CREATE TABLE hold_entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT, autumn INTEGER NOT NULL, household TEXT NOT NULL, reason TEXT NOT NULL, act INTEGER NOT NULL,
    evidence TEXT NOT NULL, note TEXT NOT NULL, actor TEXT NOT NULL, at_ms INTEGER NOT NULL);
CREATE INDEX hold_entry_season ON hold_entry (autumn, id);
CREATE TRIGGER hold_entry_is_never_changed BEFORE UPDATE ON hold_entry BEGIN SELECT RAISE(ABORT, 'hold entries are never changed'); END;
CREATE TRIGGER hold_entry_is_never_deleted BEFORE DELETE ON hold_entry BEGIN SELECT RAISE(ABORT, 'hold entries are never deleted'); END;
ALTER TABLE meter_day ADD COLUMN crc INTEGER;
ALTER TABLE meter_year ADD COLUMN crc INTEGER;
CREATE TABLE user (
    name TEXT PRIMARY KEY, role INTEGER NOT NULL, company TEXT, divisions TEXT NOT NULL, hash TEXT NOT NULL, must_change INTEGER NOT NULL,
    enabled INTEGER NOT NULL, created_at_ms INTEGER NOT NULL, password_at_ms INTEGER NOT NULL) WITHOUT ROWID;
PRAGMA application_id=1297108039;
PRAGMA user_version=2;
