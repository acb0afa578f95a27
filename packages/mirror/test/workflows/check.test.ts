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
  readonly condition?: string
  readonly steps?: string
}

function workflow({ condition = `if: ${ROLE_CONDITION}`, steps }: Parts = {}): string {
  const usual = `      - uses: actions/checkout@v5\n      - run: ${GUARD_COMMAND}\n      - run: ./tick\n`
  return `on: push\njobs:\n  tick:\n    runs-on: ubuntu-latest\n    ${condition}\n    steps:\n${steps ?? usual}`
}

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
