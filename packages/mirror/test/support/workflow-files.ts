import type { WorkflowRoles } from '../../src/contracts/config.js'

const body = (name: string, on: string) =>
  `name: ${name}\non:\n${on}\njobs:\n  work:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo hello\n`

export const CHECK_FILE = `name: check
run-name: check \${{ inputs.nonce }}
on:
  workflow_dispatch:
    inputs:
      nonce:
        required: true
jobs:
  work:
    runs-on: ubuntu-latest
    steps:
      - run: echo hello
`

/** The four of the seed, and one that is started by hand. */
export const WORKFLOW_FILES: Readonly<Record<string, string>> = {
  '.github/workflows/cron.yml': body('cron', "  schedule:\n    - cron: '*/30 * * * *'"),
  '.github/workflows/deploy-site.yml': body('deploy', '  push: {}'),
  '.github/workflows/test.yml': body('test', '  push: {}'),
  '.github/workflows/sentinel.yml': body('sentinel', "  schedule:\n    - cron: '17,47 * * * *'"),
  '.github/workflows/check.yml': CHECK_FILE,
}

/** The table of spec repository-mirror 8.3. */
export const WORKFLOW_ROLES: readonly WorkflowRoles[] = [
  { file: 'cron.yml', primary: true, replica: false, temporary: true },
  { file: 'deploy-site.yml', primary: true, replica: false, temporary: true },
  { file: 'test.yml', primary: true, replica: false, temporary: false },
  { file: 'sentinel.yml', primary: false, replica: true, temporary: true },
]
