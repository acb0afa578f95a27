// node --import unheeding.mjs …: a store that does not heed a refused commit, which the tests of failing calls must notice.
import { DatabaseSync } from 'node:sqlite'

const exec = DatabaseSync.prototype.exec
DatabaseSync.prototype.exec = function (sql) {
  try {
    return exec.call(this, sql)
  } catch (error) {
    if (sql !== 'COMMIT') throw error
    if (this.isTransaction) exec.call(this, 'ROLLBACK')
  }
}
