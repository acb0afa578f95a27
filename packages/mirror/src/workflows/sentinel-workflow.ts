import { createHash } from 'node:crypto'
import type { RepositoryName } from '../contracts/config.js'

export const SENTINEL_WORKFLOW = '.github/workflows/sentinel.yml'
export const SENTINEL_SCRIPT = '.github/montana/sentinel.mjs'

/** Pinned by commit: actions/checkout v5.0.0 and actions/setup-node v5.0.0. */
const CHECKOUT = 'actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0'
const SETUP_NODE = 'actions/setup-node@a0853c24544627f65ddf259abe73b1d18a591444 # v5.0.0'
const NODE_VERSION = 22
const TIMEOUT_MINUTES = 15

/** Values that are not secret come from variables; each is handed over by environment and pasted nowhere. */
const VARIABLES = [
  ...['MIRROR_ENABLED', 'MIRROR_ROLE', 'MIRROR_EPOCH', 'MASTER_REPO', 'MIRROR_AUTO_PROMOTE', 'MIRROR_FENCE_REPO'],
  ...['SENTINEL_THRESHOLD', 'SENTINEL_INTERVAL_MINUTES', 'MIRROR_STALENESS_MINUTES', 'MIRROR_PERMIT_MINUTES'],
  ...['MIRROR_SKEW_MINUTES', 'MIRROR_RECOVERY_OBSERVATIONS'],
]
const SECRETS = [
  ...[
    'MASTER_TOKEN',
    'MIRROR_SENTINEL_TOKEN',
    'MIRROR_SENTINEL_APP_ID',
    'MIRROR_SENTINEL_APP_KEY',
    'MIRROR_FENCE_TOKEN',
    'MIRROR_ALERT_WEBHOOK',
  ],
]

/** Twice an hour, half an hour apart, never at :00 or :30, where everybody's schedules queue. Minutes from the name. */
export function sentinelMinutes({ owner, name }: RepositoryName): readonly [number, number] {
  const digest = createHash('sha256').update(`${owner}/${name}`.toLowerCase()).digest()
  const first = 1 + (digest.readUInt32BE(0) % 29)
  return [first, first + 30]
}

/** The whole file, the same bytes for the same repository. Spec repository-mirror 10.4. */
export function sentinelWorkflow(repository: RepositoryName): string {
  const [first, second] = sentinelMinutes(repository)
  return `# Written by \`montana mirror sentinel workflow --write\`; \`--check\` compares it.
name: Sentinel
on:
  schedule:
    - cron: '${first},${second} * * * *'
  workflow_dispatch: {}
permissions:
  contents: read
concurrency:
  group: montana-sentinel
  cancel-in-progress: false
jobs:
  watch:
    if: vars.MIRROR_ROLE == 'SLAVE' || vars.MIRROR_ROLE == 'TEMPORARY_MASTER'
    runs-on: ubuntu-latest
    timeout-minutes: ${TIMEOUT_MINUTES}
    steps:
      - uses: ${CHECKOUT}
        with:
          persist-credentials: false
      - uses: ${SETUP_NODE}
        with:
          node-version: ${NODE_VERSION}
      - run: node ${SENTINEL_SCRIPT} watch
        env:
${environmentLines()}
`
}

function environmentLines(): string {
  const line = (name: string, from: string) => `          ${name}: \${{ ${from}.${name} }}`
  return [...VARIABLES.map((name) => line(name, 'vars')), ...SECRETS.map((name) => line(name, 'secrets'))].join('\n')
}
