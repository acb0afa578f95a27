import { readFileSync } from 'node:fs'
import { createGithubProvider, openMirrorStore, reconcileNames } from '../../dist/index.js'

const [folder, taskFile] = process.argv.slice(2)
const { target, desired } = JSON.parse(readFileSync(taskFile, 'utf8'))
const store = openMirrorStore(folder)
const access = () => Promise.reject(new Error('not asked for'))
const provider = createGithubProvider({ ...target, secrets: new Map() }, { access, pace: { writeSpacingMs: 20 } })
const report = await reconcileNames(
  {
    mirror: 'backup',
    names: { kind: 'secret', store: provider.secrets },
    desired: new Map(Object.entries(desired)),
    kept: { notCopied: [], gates: [], credentials: [] },
    owned: store.owned,
    mac: (name, value) => store.mac(name, value),
  },
  new AbortController().signal,
)
store.close()
process.stdout.write(`${JSON.stringify(report)}\n`)
