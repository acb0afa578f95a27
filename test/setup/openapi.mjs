// Fetches GitHub's own description of its API, once, for the tests that hold the stand-in against it.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const PACKAGE = '@octokit/openapi@23.0.2'
const FILE = 'api.github.com.json'
const PACKED = `package/generated/${FILE}`
/** The package has 29 MB. */
const FETCH_TIMEOUT_MS = 180_000
/** Each file of tests runs in a process of its own: without network only the first one shall wait. */
const RETRY_AFTER_MS = 600_000

/** Path of the description below `root`, or why there is none: `{ path }` or `{ reason }`. */
export function ensureOpenApi(root) {
  const folder = join(root, '.montana', 'openapi')
  const path = join(folder, FILE)
  if (existsSync(path)) return { path }
  if (process.env.MONTANA_TEST_SETUP === 'off') return { reason: 'MONTANA_TEST_SETUP is off' }
  const failed = join(folder, 'failed')
  if (isYoung(failed)) return { reason: `${PACKAGE} could not be had a short while ago` }
  mkdirSync(folder, { recursive: true })
  const work = mkdtempSync(join(folder, 'fetch-'))
  try {
    if (fetchInto(work, path)) return { path }
    writeFileSync(failed, '')
    return { reason: `${PACKAGE} could not be had` }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function isYoung(path) {
  return existsSync(path) && Date.now() - statSync(path).mtimeMs < RETRY_AFTER_MS
}

function fetchInto(work, path) {
  process.stderr.write(`montana: fetching ${PACKAGE} for the tests (once)\n`)
  if (!succeeds('npm', ['pack', '--silent', '--fetch-retries=0', '--pack-destination', work, PACKAGE], work))
    return false
  const archive = readdirSync(work).find((name) => name.endsWith('.tgz'))
  if (archive === undefined || !succeeds('tar', ['-xzf', archive, PACKED], work)) return false
  renameSync(join(work, PACKED), path)
  return true
}

function succeeds(command, args, cwd) {
  return spawnSync(command, args, { cwd, stdio: 'ignore', timeout: FETCH_TIMEOUT_MS }).status === 0
}
