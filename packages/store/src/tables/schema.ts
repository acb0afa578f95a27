import { STAGED, TABLES, type TableName } from './names.js'

/**
 * Version 3: accounts stay on disk. One table is kept as
 * - records, in the order in which they came, so that a bulk of them is appended;
 * - leaves in tree order: the hash of each record and where it lies; they are the index of the records;
 * - stubs: aligned subtrees that tile the key space, `hash` null where a commit changed something below;
 * - past: what a key held before window `until`, written while an anchor needs it.
 * No index has a name of its own: a switch-over renames whole tables, and names would collide.
 */
export function tableSet(name: string): string {
  return `
    CREATE TABLE ${name}_records (id INTEGER PRIMARY KEY, tree BLOB NOT NULL, record BLOB NOT NULL);
    CREATE TABLE ${name}_leaves (tree BLOB PRIMARY KEY, leaf BLOB NOT NULL, id INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE ${name}_stubs (
      lo BLOB PRIMARY KEY, depth INTEGER NOT NULL, count INTEGER NOT NULL, key BLOB NOT NULL, height INTEGER NOT NULL,
      hash BLOB, changed INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE ${name}_past (
      id INTEGER PRIMARY KEY, tree BLOB NOT NULL, until INTEGER NOT NULL, record BLOB, leaf BLOB, UNIQUE (tree, until)
    );
  `
}

/** What a joining node has fetched and proven of one table. */
export function stagedSet(table: TableName): string {
  return `
    ${tableSet(STAGED + table)}
    CREATE TABLE ${STAGED}${table}_pieces (
      lo BLOB PRIMARY KEY, hi BLOB NOT NULL, depth INTEGER, hash BLOB, count INTEGER NOT NULL, key BLOB NOT NULL,
      height INTEGER NOT NULL
    ) WITHOUT ROWID;
  `
}

/** The tables themselves but for their rows, which an upgrade fills in. */
export const SCHEMA_3 = `
  ${TABLES.map(tableSet).join('')}
  ${TABLES.map(stagedSet).join('')}
  CREATE TABLE table_counts (name TEXT PRIMARY KEY, count INTEGER NOT NULL, seal BLOB) WITHOUT ROWID;
  CREATE TABLE anchors (
    window INTEGER PRIMARY KEY, frozen_at_ms INTEGER NOT NULL, bytes BLOB NOT NULL, account INTEGER NOT NULL,
    node INTEGER NOT NULL, candidate INTEGER NOT NULL, seal BLOB
  );
  CREATE TABLE staging (
    id INTEGER PRIMARY KEY CHECK (id = 1), window INTEGER NOT NULL, manifest BLOB NOT NULL, envelope BLOB NOT NULL,
    certificate BLOB NOT NULL, digest BLOB NOT NULL
  );
  CREATE TABLE sequence (id INTEGER PRIMARY KEY CHECK (id = 1), number INTEGER NOT NULL);
  CREATE TABLE missing (kind TEXT NOT NULL, window INTEGER NOT NULL, PRIMARY KEY (kind, window)) WITHOUT ROWID;
`

/** Columns that a seal covers, by table: rows that had no digest, or one that left out under which name they lie. */
export const SEALED = {
  meta: ['key', 'value'],
  windows: [
    ...['window', 'proposal_hash', 'state_root', 'timechain_value', 'context_hash', 'cement_value', 'cba'],
    'applied_at_ms',
  ],
  journal: ['window', 'kind', 'round', 'phase', 'hash'],
  incidents: ['code', 'peer', 'count', 'first_window', 'last_window', 'last_at_ms', 'sample'],
} as const

/** Takes the rows of version 2 over, in tree order, and drops what held them. */
export const FILL_3 = `
  ${TABLES.map(fillTable).join('')}
  ${Object.entries(SEALED).map(sealTable).join('')}
  INSERT INTO sequence VALUES (1, 0);
`

function fillTable(table: TableName): string {
  return `
    INSERT INTO ${table}_records (tree, record) SELECT tree_key(key), record FROM ${table} ORDER BY 1;
    INSERT INTO ${table}_leaves SELECT tree, leaf_hash(record), id FROM ${table}_records;
    INSERT INTO ${table}_stubs SELECT zeroblob(32), 0, count(*), zeroblob(32), 0, NULL, 0 FROM ${table}_records;
    INSERT INTO table_counts SELECT '${table}', count(*), seal('${table}', count(*)) FROM ${table}_records;
    DROP TABLE ${table};
  `
}

function sealTable([table, columns]: [string, readonly string[]]): string {
  return `ALTER TABLE ${table} ADD COLUMN seal BLOB; UPDATE ${table} SET seal = seal(${columns.join(', ')});`
}

/** A store of version 1 or 2 as a reader sees it: its rows under the names of version 3, for this connection only. */
export const VIEWS_3 = `
  ${TABLES.map(oldTableViews).join('')}
  DROP TABLE temp.table_counts;
  CREATE TEMP VIEW table_counts AS ${TABLES.map((t) => `SELECT '${t}' AS name, count(*) AS count FROM main.${t}`).join(' UNION ALL ')};
`

function oldTableViews(table: TableName): string {
  return `
    ${['records', 'leaves', 'stubs'].map((form) => `DROP TABLE temp.${table}_${form};`).join(' ')}
    CREATE TEMP VIEW ${table}_records AS SELECT rowid AS id, tree_key(key) AS tree, record FROM main.${table};
    CREATE TEMP VIEW ${table}_leaves AS
      SELECT tree_key(key) AS tree, leaf_hash(record) AS leaf, rowid AS id FROM main.${table};
    CREATE TEMP VIEW ${table}_stubs AS SELECT zeroblob(32) AS lo, 0 AS depth, count(*) AS count, zeroblob(32) AS key,
      0 AS height, NULL AS hash, 0 AS changed FROM main.${table};
  `
}
