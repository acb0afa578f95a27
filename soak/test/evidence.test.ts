import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { evidenceId, loadEvidence } from '../src/index.js'
import { tempFolder } from './support/fixture.js'

const ROOT = join(import.meta.dirname, '..', '..')
const PASSED = { suite: 'soak/test/a.test.ts', case: 'a b', commit: 'c0ffee', result: 'passed' }

function write(text: string): string {
  const file = join(tempFolder(), 'evidence.json')
  writeFileSync(file, text)
  return file
}

describe('a file of test results', () => {
  it('is read, fields of a later version ignored, and each case has an id', async () => {
    const results = await loadEvidence(write(JSON.stringify([{ ...PASSED, duration_ms: 1 }])))
    expect(results).toEqual([PASSED])
    expect(results.map(evidenceId)).toEqual(['test:soak/test/a.test.ts#a b@c0ffee'])
  })

  it.each([
    ['{}'],
    ['['],
    ['[{}]'],
    [JSON.stringify([{ ...PASSED, result: 'ok' }])],
    [JSON.stringify([PASSED, { ...PASSED, suite: '' }])],
  ])('is refused as %j', async (text) => {
    await expect(loadEvidence(write(text))).rejects.toMatchObject({ exitCode: 78, field: 'evidence' })
  })

  it('is missing', async () => {
    await expect(loadEvidence(join(tempFolder(), 'none'))).rejects.toMatchObject({ exitCode: 78 })
  })
})

describe('npm test -- --evidence', () => {
  function runTests(...args: string[]) {
    const env = { ...process.env, MONTANA_TEST_SETUP: 'off', INIT_CWD: ROOT }
    const script = `import { runTests } from './scripts/lib/tests.mjs'
      process.exitCode = await runTests({ root: process.cwd(), node: process.execPath, env: process.env }, ${JSON.stringify(args)})`
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: ROOT,
      env,
      encoding: 'utf8',
    })
    return { code: child.status, stdout: child.stdout }
  }

  it('leaves one entry per case of the files that are named', async () => {
    const file = join(tempFolder(), 'evidence.json')
    const { code, stdout } = runTests('--evidence', file, 'packages/foundation/test')
    const results = await loadEvidence(file)
    expect(code).toBe(0)
    expect(stdout).toContain(`${results.length} passed, 0 failed, 0 skipped`)
    expect(results.length).toBeGreaterThan(5)
    for (const { suite, commit, result } of results) {
      expect(existsSync(join(ROOT, suite))).toBe(true)
      expect(commit).toMatch(/^(?:[0-9a-f]{40}(?:-dirty)?|unknown)$/)
      expect(result).toBe('passed')
    }
    expect(readFileSync(file, 'utf8')).not.toContain(ROOT)
  })

  it('tells a failed case, a skipped one and a file that could not be loaded', () => {
    const testResults = [
      {
        name: join(ROOT, 'a.test.ts'),
        status: 'failed',
        assertionResults: [
          { fullName: 'x', status: 'failed' },
          { fullName: 'y', status: 'pending' },
        ],
      },
      { name: join(ROOT, 'b.test.ts'), status: 'failed', assertionResults: [] },
    ]
    const script = `import { evidenceOf } from './scripts/lib/evidence.mjs'
      process.stdout.write(JSON.stringify(evidenceOf(process.cwd(), 'c', ${JSON.stringify({ testResults })})))`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: ROOT,
      encoding: 'utf8',
    })
    expect(JSON.parse(stdout)).toEqual([
      { suite: 'a.test.ts', case: 'x', commit: 'c', result: 'failed' },
      { suite: 'a.test.ts', case: 'y', commit: 'c', result: 'skipped' },
      { suite: 'b.test.ts', case: '(file)', commit: 'c', result: 'failed' },
    ])
  })

  it('needs a file', () => {
    expect(runTests('--evidence').code).toBe(2)
    expect(runTests('--evidence', '--long').code).toBe(2)
  })
})
