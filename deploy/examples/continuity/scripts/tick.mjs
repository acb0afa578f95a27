// One tick: the next action of the plan that no ledger entry names, then the heartbeat, then the commit.
import { execFileSync } from 'node:child_process'
import { send } from './adapter.mjs'
import { executed, readState, record, writeState } from './ledger.mjs'

const { CHECK, MIRROR_EPOCH = '0' } = process.env

if (CHECK === 'true') {
  await send({ id: `check-${MIRROR_EPOCH}`, text: 'check', isCheck: true })
  process.exit(0)
}
const state = readState()
const done = executed()
const next = state.plan.find(({ id }) => !done.has(id))
const at = new Date().toISOString()
if (next) {
  await send({ id: next.id, text: next.text, key: `${MIRROR_EPOCH}:${next.id}` })
  record({ id: next.id, at, epoch: Number(MIRROR_EPOCH) })
}
writeState({ ...state, meta: { ...state.meta, updated_at_iso: at } })
const git = (...args) => execFileSync('git', args, { stdio: ['ignore', 'ignore', 'inherit'] })
git('add', 'state')
git('-c', 'user.name=tick', '-c', 'user.email=tick@continuity.invalid', 'commit', '--quiet', '-m', `Tick ${at}`)
git('push', '--quiet', 'origin', 'HEAD:main')
