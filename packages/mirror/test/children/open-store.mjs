// Opens the store of a folder, counts one request and says so: node open-store.mjs FOLDER
import { openMirrorStore } from '../../dist/index.js'

const store = openMirrorStore(process.argv[2])
const seq = store.jobs.request({ mirror: 'a', layer: 'code', kind: 'change', reason: 'test', dueAtMs: 0 })
process.stdout.write(`${seq} ${store.mac('name', 'value')}\n`)
store.close()
