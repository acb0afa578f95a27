import { DatabaseSync } from 'node:sqlite'

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL, at_ms REAL NOT NULL);
  CREATE TABLE IF NOT EXISTS replies (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, update_id INTEGER NOT NULL,
    text TEXT NOT NULL, epoch TEXT NOT NULL, host TEXT NOT NULL, at_ms REAL NOT NULL);
  CREATE TABLE IF NOT EXISTS fence (one INTEGER PRIMARY KEY CHECK (one = 1), highest TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS log (id INTEGER PRIMARY KEY AUTOINCREMENT, outcome TEXT NOT NULL, key TEXT NOT NULL,
    epoch TEXT NOT NULL, host TEXT NOT NULL, at_ms REAL NOT NULL, mono_ms REAL NOT NULL);
  INSERT OR IGNORE INTO fence VALUES (1, '0');
`

/** No clock that somebody sets: of this machine, whatever process asks. */
const monotonicMs = () => Number(process.hrtime.bigint()) / 1e6

/** Messages, replies and the fence in one database, so that an effect and the epoch that allowed it are one transaction. */
export class ChatStore {
  #db
  #statements

  constructor(path) {
    this.#db = new DatabaseSync(path, { timeout: 1_000 })
    this.#db.exec(SCHEMA)
    const prepare = (sql) => this.#db.prepare(sql)
    this.#statements = {
      addMessage: prepare('INSERT INTO messages (text, at_ms) VALUES (?, ?)'),
      updates: prepare(
        'SELECT id, text FROM messages WHERE id > ? AND NOT EXISTS (SELECT 1 FROM replies WHERE update_id = messages.id) ORDER BY id LIMIT ?',
      ),
      highest: prepare('SELECT highest FROM fence'),
      raise: prepare('UPDATE fence SET highest = ?'),
      byKey: prepare('SELECT 1 FROM replies WHERE key = ?'),
      addReply: prepare('INSERT INTO replies (key, update_id, text, epoch, host, at_ms) VALUES (?, ?, ?, ?, ?, ?)'),
      replies: prepare('SELECT id, update_id, text, epoch, host, at_ms FROM replies WHERE id > ? ORDER BY id'),
      addLog: prepare('INSERT INTO log (outcome, key, epoch, host, at_ms, mono_ms) VALUES (?, ?, ?, ?, ?, ?)'),
      log: prepare('SELECT id, outcome, key, epoch, host, at_ms, mono_ms FROM log WHERE id > ? ORDER BY id'),
    }
  }

  addMessage(text) {
    const { lastInsertRowid } = this.#statements.addMessage.run(text, Date.now())
    return { id: Number(lastInsertRowid) }
  }

  /** Above `offset` and not answered: nothing is dropped when another host takes over with an old offset. */
  updates(offset, limit) {
    return this.#statements.updates.all(offset, limit)
  }

  /** The sink rule: refuse below the highest epoch, accept equal, keep the highest; once per key. */
  reply({ epoch, key, host, body }) {
    return this.#transaction(() => {
      const highest = BigInt(this.#statements.highest.get().highest)
      if (epoch < highest) return this.#logged('refused', { epoch, key, host }, { stale: highest })
      if (epoch > highest) this.#statements.raise.run(String(epoch))
      if (this.#statements.byKey.get(key)) return this.#logged('duplicate', { epoch, key, host }, { accepted: false })
      const { update_id: updateId, text = '' } = body
      this.#statements.addReply.run(key, Number(updateId), String(text), String(epoch), host, Date.now())
      return this.#logged('accepted', { epoch, key, host }, { accepted: true })
    })
  }

  unfenced(headers, body) {
    const epoch = String(headers['montana-epoch'] ?? '')
    return this.#logged('unfenced', { epoch, key: String(body.key ?? ''), host: headers['montana-host'] ?? '' }, {})
  }

  replies(after) {
    return this.#statements.replies.all(after)
  }

  log(after) {
    return this.#statements.log.all(after)
  }

  close() {
    this.#db.close()
  }

  #logged(outcome, { epoch, key, host }, result) {
    this.#statements.addLog.run(outcome, key, String(epoch), host, Date.now(), monotonicMs())
    return result
  }

  #transaction(work) {
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.#db.exec('COMMIT')
      return result
    } catch (error) {
      this.#db.exec('ROLLBACK')
      throw error
    }
  }
}
