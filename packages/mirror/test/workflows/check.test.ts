import { describe, expect, it } from 'vitest'
import type { Manifest } from '../../src/contracts/config.js'
import { checkWorkflows } from '../../src/workflows/check.js'
import { GUARD_COMMAND, ROLE_CONDITION } from '../../src/workflows/guarded.js'

const cron = { file: 'cron.yml', primary: true, replica: false, temporary: true }
const manifest = (init: Partial<Manifest> = {}): Manifest => ({
  secrets: [{ name: 'API_KEY', required: true }],
  variables: [],
  gates: [],
  notCopied: [],
  workflows: [cron],
  ledgers: [],
  check: null,
  ...init,
})

interface Parts {
  /** Lines of the workflow and of the job. */
  readonly top?: string
  readonly job?: string
  readonly condition?: string
  readonly steps?: string
}

function workflow({ condition = `if: ${ROLE_CONDITION}`, steps, top = '', job = '' }: Parts = {}): string {
  const usual = `      - uses: actions/checkout@v5\n      - run: ${GUARD_COMMAND}\n      - run: ./tick\n`
  return `on: push\n${top}jobs:\n  tick:\n    runs-on: ubuntu-latest\n    ${condition}\n${job}    steps:\n${steps ?? usual}`
}

const expression = (text: string) => `\${{ ${text} }}`
const act = '      - run: ./tick\n'
const guarded = (line: string) => `      - run: ${GUARD_COMMAND}\n        ${line}\n${act}`
const after = (condition: string) => `${guarded('id: guard')}        if: ${JSON.stringify(condition)}\n`
const checkout = (input: string, line = 'name: Checkout') =>
  `      - uses: actions/checkout@v5\n        ${line}\n        with: {${JSON.stringify(input.split(': ')[0])}: ${JSON.stringify(input.split(': ')[1])}}\n      - run: ${GUARD_COMMAND}\n${act}`

const findings = (text: string, init?: Partial<Manifest>) =>
  checkWorkflows([{ file: 'cron.yml', text }], manifest(init)).map(({ code }) => code)

describe('the check of the workflows', () => {
  it('accepts the role condition with the guard as first step', () => {
    expect(findings(workflow())).toEqual([])
    expect(findings(workflow({ condition: `if: \${{ ${ROLE_CONDITION} }}` }))).toEqual([])
    expect(findings(workflow({ condition: `if: (${ROLE_CONDITION}) && github.ref == 'refs/heads/main'` }))).toEqual([])
  })

  it.each([
    ['no condition', ''],
    ['a condition that is true on a half-configured replica', "if: vars.MIRROR_ROLE != 'SLAVE'"],
    ['a condition that is widened', `if: ${ROLE_CONDITION} || always()`],
    ['one that is widened behind the parentheses', `if: (${ROLE_CONDITION}) && false || true`],
    ['one role only', "if: vars.MIRROR_ROLE == 'MASTER'"],
    ['a constant', 'if: true'],
  ])('names a job with %s', (_, condition) => {
    expect(findings(workflow({ condition }))).toEqual(['WORKFLOW_UNGUARDED'])
  })

  it.each([
    ['no guard', '      - run: ./tick\n'],
    ['something before the guard', `      - run: ./tick\n      - run: ${GUARD_COMMAND}\n`],
    ['a guard whose failure is ignored', `      - run: ${GUARD_COMMAND}\n        continue-on-error: true\n`],
    ['a guard under a condition', `      - run: ${GUARD_COMMAND}\n        if: false\n`],
    ['a guard whose exit is masked', `      - run: ${GUARD_COMMAND} || true\n`],
    ['a foreign action before the guard', `      - uses: someone/act@v1\n      - run: ${GUARD_COMMAND}\n`],
  ])('names a job with %s', (_, steps) => {
    expect(findings(workflow({ steps }))).toEqual(['WORKFLOW_UNGUARDED'])
  })

  it.each([
    ['a later step that runs after a refusal', { steps: after('always()') }],
    ['one that runs after a refusal only', { steps: after(expression('failure()')) }],
    ['one that is not cancelled', { steps: after("!cancelled() && github.ref == 'refs/heads/main'") }],
    ['one that widens success', { steps: after('success() || true') }],
    ['one that turns success around', { steps: after('success() == false') }],
    ['one whose condition is a text', { steps: after(`${expression("success() && 'a'")} ${expression('always()')}`) }],
    ['a guard in a shell of its own', { steps: guarded("shell: 'true {0}'") }],
    ['a shell for all steps of the job', { job: "    defaults: {run: {shell: 'true {0}'}}\n" }],
    ['a shell for all jobs', { top: "defaults: {run: {shell: 'true {0}'}}\n" }],
    ['a guard in another folder', { steps: guarded('working-directory: sub') }],
    ['another folder for all steps', { job: '    defaults: {run: {working-directory: sub}}\n' }],
    ['a guard that is told that mirroring is off', { steps: guarded("env: {MIRROR_ENABLED: 'false'}") }],
    ['a job that says so', { job: '    env: {MIRROR_AUTO_PROMOTE: false}\n' }],
    ['a workflow that gives itself a role', { top: 'env: {MIRROR_ROLE: MASTER}\n' }],
    ['a role with a default', { job: `    env: {MIRROR_ROLE: "${expression("vars.MIRROR_ROLE || 'MASTER'")}"}\n` }],
    ['an environment that is made elsewhere', { job: `    env: ${expression("fromJSON('{}')")}\n` }],
    ['the guard of another repository', { steps: checkout('repository: someone/else') }],
    ['a command before the guard, under the name of a checkout', { steps: `${checkout('ref: main', 'run: ./tick')}` }],
  ])('names a job with %s', (_, parts) => {
    expect(findings(workflow(parts))).toEqual(['WORKFLOW_UNGUARDED'])
  })

  it.each([
    ['a later step under a condition', { steps: after("github.ref == 'refs/heads/main'") }],
    ['one that says what is the default', { steps: after('success() && inputs.check') }],
    ['one that cleans up after a guard that agreed', { steps: after("steps.guard.outcome == 'success' && always()") }],
    ['a usual shell', { job: '    defaults: {run: {shell: bash}}\n' }],
    ['what the repository says', { job: `    env: {MIRROR_ROLE: "${expression('vars.MIRROR_ROLE')}", MAIL_URL: x}\n` }],
    [
      'a nonce, and a token under another name',
      {
        job: `    env: {MIRROR_NONCE: "${expression('inputs.n')}", MIRROR_FENCE_TOKEN: "${expression('github.token')}"}\n`,
      },
    ],
    ['its own repository, by name', { steps: checkout(`repository: ${expression('github.repository')}`) }],
  ])('accepts %s', (_, parts) => {
    expect(findings(workflow(parts))).toEqual([])
  })

  it('counts what cannot be read, what has no roles and what is missing', () => {
    expect(findings('jobs: [')).toEqual(['WORKFLOW_UNREADABLE'])
    expect(findings(workflow(), { workflows: [] })).toEqual(['WORKFLOW_UNKNOWN'])
    expect(checkWorkflows([], manifest()).map(({ code, file }) => `${code} ${file}`)).toEqual([
      'WORKFLOW_MISSING cron.yml',
    ])
  })

  it('expands no aliases without end', () => {
    const bomb = `a: &a [${'x,'.repeat(50)}]\nb: &b [${'*a,'.repeat(50)}]\nc: [${'*b,'.repeat(50)}]\njobs: {}`
    expect(findings(bomb)).toEqual(['WORKFLOW_UNREADABLE'])
  })

  it('names a secret that a guarded workflow uses and no list knows, in either spelling', () => {
    const env = (reference: string) => `${workflow()}        env:\n          A: \${{ ${reference} }}\n`
    expect(findings(env('secrets.API_KEY'))).toEqual([])
    expect(findings(env('secrets.api_key'))).toEqual([])
    expect(findings(env('secrets.DECRYPTION_KEY'))).toEqual(['SECRET_UNLISTED'])
    expect(findings(env("secrets['DECRYPTION_KEY']"))).toEqual(['SECRET_UNLISTED'])
    expect(findings(env('secrets.DECRYPTION_KEY'), { notCopied: ['DECRYPTION_KEY'] })).toEqual([])
    expect(findings(env('secrets.GITHUB_TOKEN'))).toEqual([])
  })
})
