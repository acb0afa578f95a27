// Keeps the store of a folder locked until it is ended: node hold-store.mjs FOLDER
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const connection = new DatabaseSync(join(process.argv[2], 'mirror.sqlite'), { timeout: 5000 })
connection.exec('BEGIN EXCLUSIVE')
process.stdout.write('locked\n')
setInterval(() => {}, 1000)
