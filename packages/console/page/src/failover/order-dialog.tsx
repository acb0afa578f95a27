import { useId, useState } from 'preact/hooks'
import type { FailoverAcceptedView, FailoverGroupView } from '../../../src/api/failover-views.js'
import { postJson } from '../data/api.js'
import { Confirm } from '../parts/dialog.js'
import { Choice } from './choice.js'

/** What a button asks for; the rest is chosen in the dialog. */
export type AskedOrder =
  | { readonly kind: 'promote'; readonly policy: string }
  | { readonly kind: 'step-down'; readonly host: string }
  | { readonly kind: 'pause' | 'resume' }

interface OrderDialogProps<T extends AskedOrder = AskedOrder> {
  readonly group: FailoverGroupView
  readonly asked: T
  onAccepted(text: string): void
  onClose(): void
}

export function OrderDialog({ asked, ...rest }: OrderDialogProps) {
  if (asked.kind === 'promote') return <Promote {...rest} asked={asked} />
  if (asked.kind === 'step-down') return <StepDown {...rest} asked={asked} />
  return asked.kind === 'pause' ? <Pause {...rest} /> : <Resume {...rest} />
}

type Simple = Omit<OrderDialogProps, 'asked'>

/** Posts the order; null when it was taken. */
async function give(path: string, body: object, onAccepted: (text: string) => void) {
  const reply = await postJson<FailoverAcceptedView>(`/api/failover/${path}`, body)
  if (!reply.ok) return reply.refusal
  onAccepted(reply.data.text)
  return null
}

function Promote({ group, asked, onAccepted, onClose }: OrderDialogProps<AskedOrder & { kind: 'promote' }>) {
  const { policy } = asked
  const chain = group.chains.find((one) => one.policy === policy)
  const leader = chain?.leaders[0]?.host
  const hosts = (chain?.places ?? []).map(({ host }) => host).filter((host) => host !== leader)
  const [host, setHost] = useState(hosts[0] ?? '')
  const [isForced, setForced] = useState(false)
  const box = useId()
  const act = (reason: string) =>
    give('promote', { group: group.group, policy, host, confirm: host, reason, isForced }, onAccepted)
  return (
    <Confirm id="promote" title={`Move ${policy}`} typed={host} asksReason verb="Move" act={act} onClose={onClose}>
      <p>
        {leader === undefined
          ? 'Nobody leads: the host takes the role if no rule forbids it.'
          : `${leader} hands over: its service stops before the other starts, within about a second.`}
      </p>
      {chain?.failback === 'auto' && (
        <p class="hint">
          It goes back by itself once a host above it has been fit for a while; pause the group to keep it.
        </p>
      )}
      <Choice label="To" value={host} options={hosts.map((name) => [name, name])} onChange={setHost} />
      <p class="check">
        <input id={box} type="checkbox" checked={isForced} onChange={() => setForced(!isForced)} />
        <label for={box}>Even if it lags or backs off; never against a live leader or isolation</label>
      </p>
    </Confirm>
  )
}

const MINUTE_MS = 60_000
const OUT_FOR = [
  ['60000', '1 minute'],
  [String(10 * MINUTE_MS), '10 minutes'],
  [String(60 * MINUTE_MS), '1 hour'],
] as const

function StepDown({ group, asked, onAccepted, onClose }: OrderDialogProps<AskedOrder & { kind: 'step-down' }>) {
  const { host } = asked
  const [forMs, setForMs] = useState<string>(OUT_FOR[0][0])
  const act = (reason: string) =>
    give('step-down', { group: group.group, host, confirm: host, forMs: Number(forMs), reason }, onAccepted)
  return (
    <Confirm
      id="step-down"
      title={`${host} steps down`}
      typed={host}
      asksReason
      verb="Step down"
      act={act}
      onClose={onClose}
    >
      <p>It gives up every role that it has; the next eligible host of each chain takes over.</p>
      <Choice label="Takes none for" value={forMs} options={OUT_FOR} onChange={setForMs} />
    </Confirm>
  )
}

const PAUSED_FOR = [
  [String(10 * MINUTE_MS), '10 minutes'],
  [String(60 * MINUTE_MS), '1 hour'],
  [String(8 * 60 * MINUTE_MS), '8 hours'],
  [String(24 * 60 * MINUTE_MS), '24 hours'],
] as const

function Pause({ group, onAccepted, onClose }: Simple) {
  const [forMs, setForMs] = useState<string>(PAUSED_FOR[1][0])
  const act = (reason: string) => give('pause', { group: group.group, forMs: Number(forMs), reason }, onAccepted)
  return (
    <Confirm id="pause" title={`Pause ${group.group}`} asksReason verb="Pause" act={act} onClose={onClose}>
      <p>While it lasts no host takes over, also when the leader dies. What must stop still stops.</p>
      <Choice label="For" value={forMs} options={PAUSED_FOR} onChange={setForMs} />
    </Confirm>
  )
}

function Resume({ group, onAccepted, onClose }: Simple) {
  const act = (reason: string) => give('resume', { group: group.group, reason }, onAccepted)
  return (
    <Confirm id="resume" title={`Resume ${group.group}`} asksReason verb="Resume" act={act} onClose={onClose}>
      <p>Hosts take over and give back roles again, at once.</p>
    </Confirm>
  )
}
