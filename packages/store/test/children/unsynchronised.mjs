// node --import unsynchronised.mjs …: a store whose log is never synchronised, which the tests of power losses must notice.
import { DatabaseSync } from 'node:sqlite'

const exec = DatabaseSync.prototype.exec
DatabaseSync.prototype.exec = function (sql) {
  return exec.call(this, sql.replace('synchronous = FULL', 'synchronous = OFF'))
}
