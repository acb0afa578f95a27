import { useEffect, useRef, useState } from 'preact/hooks'
import { postJson, type Refusal } from '../data/api.js'
import { shortHash } from '../data/format.js'
import { usePolled } from '../data/hooks.js'
import { Confirm } from '../parts/dialog.js'
import { Mark } from '../parts/mark.js'
import { Refused } from '../parts/refusal.js'
import type { Access } from './access.js'
import { History } from './history.js'
import { factsOf, LAYER_NAMES } from './layer-lines.js'
import { Target } from './mirror-card.js'
import { Permissions } from './permissions.js'
import { ProblemBox } from './problem.js'
import { Ago } from './time.js'
import { LAYERS, type MirrorDetail, type MirrorView, type NamesView, type PermissionCheck } from './types.js'
import type { Mirrors } from './use-mirrors.js'
import {
  credentialTone,
  credentialWords,
  healthTone,
  healthWords,
  statusTone,
  statusWords,
  workflowRows,
} from './words.js'

const DETAIL_EVERY_MS = 4_000

interface DrawerProps {
  readonly mirror: MirrorView
  readonly mirrors: Mirrors
  readonly access: Access
  onClose(): void
}

/** Everything about one mirror, at the side; Escape closes it and the focus goes back. */
export function Drawer({ mirror, mirrors, access, onClose }: DrawerProps) {
  const box = useRef<HTMLDialogElement>(null)
  const { data, refusal } = usePolled<MirrorDetail>(`/api/mirrors/${mirror.id}`, DETAIL_EVERY_MS)
  useEffect(() => {
    box.current?.showModal()
    return () => box.current?.close()
  }, [])
  return (
    <dialog ref={box} class="drawer" aria-labelledby="drawer-title" data-dialog="details" onClose={onClose}>
      <header class="drawer-head">
        <h2 id="drawer-title">{mirror.id}</h2>
        <span class="role">{mirror.label}</span>
        <Mark tone={healthTone(mirror.health)}>{healthWords(mirror.health)}</Mark>
        <button type="button" class="button" data-do="close" onClick={onClose}>
          Close
        </button>
      </header>
      <p class="drawer-target">
        <Target mirror={mirror} />
      </p>
      <Refused refusal={refusal} />
      {data && <Content detail={data} mirrors={mirrors} access={access} />}
    </dialog>
  )
}

interface ContentProps {
  readonly detail: MirrorDetail
  readonly mirrors: Mirrors
  readonly access: Access
}

function Content({ detail, mirrors, access }: ContentProps) {
  const { nowMs } = mirrors
  return (
    <>
      <Section title="Layers">
        <Layers detail={detail} nowMs={nowMs} />
      </Section>
      <Problems detail={detail} />
      <DriftLists detail={detail} />
      <Refs detail={detail} />
      <Workflows detail={detail} />
      <Section title="Credential">
        <p>
          <Mark tone={credentialTone(detail.credential, nowMs)}>{credentialWords(detail.credential, nowMs)}</Mark>
        </p>
        <TestNow id={detail.id} access={access} />
      </Section>
      <Rescues detail={detail} access={access} again={mirrors.again} />
      <Section title="History, last 30 days">
        <History id={detail.id} nowMs={nowMs} />
      </Section>
    </>
  )
}

export function Section({ title, children }: { title: string; children: preact.ComponentChildren }) {
  return (
    <section class="drawer-part">
      <h3>{title}</h3>
      {children}
    </section>
  )
}

/** Last success and last attempt apart: a layer that fails keeps the time at which it was in step. */
function Layers({ detail: { layers }, nowMs }: { detail: MirrorDetail; nowMs: number }) {
  const time = (atMs: number | null) => (atMs === null ? 'never' : <Ago atMs={atMs} nowMs={nowMs} />)
  return (
    <table class="plain stacked" data-table="layers">
      <thead>
        <tr>
          {['Layer', 'State', 'Last success', 'Last attempt', 'Extent'].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {LAYERS.map((layer) => (
          <tr key={layer}>
            <th scope="row">{LAYER_NAMES[layer]}</th>
            <td>
              <Mark tone={statusTone(layers[layer].status)}>{statusWords(layers[layer].status)}</Mark>
            </td>
            <td data-name="Last success">{time(layers[layer].lastSuccessMs)}</td>
            <td data-name="Last attempt">{time(layers[layer].lastAttemptMs)}</td>
            <td>
              <span class="layer-facts">{factsOf(layer, layers)}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Problems({ detail: { layers, findings } }: { detail: MirrorDetail }) {
  const failed = LAYERS.filter((layer) => layers[layer].error !== null)
  if (failed.length === 0 && findings.length === 0) return null
  return (
    <Section title="Problems">
      {failed.map((layer) => {
        const { error } = layers[layer]
        return error && <ProblemBox key={layer} where={LAYER_NAMES[layer]} problem={error} />
      })}
      {findings.map((finding) => (
        <ProblemBox key={`${finding.code} ${finding.message}`} problem={finding} />
      ))}
    </Section>
  )
}

const KINDS = ['secrets', 'variables'] as const

function DriftLists({ detail: { layers } }: { detail: MirrorDetail }) {
  const drifting = KINDS.filter((kind) => hasDrift(layers[kind]))
  if (drifting.length === 0) return null
  return (
    <Section title="Drift">
      {drifting.map((kind) => (
        <p key={kind}>
          {LAYER_NAMES[kind]}: {driftNames(layers[kind])}
        </p>
      ))}
    </Section>
  )
}

function hasDrift({ drift: { add, change, remove } }: NamesView): boolean {
  return add.length + change.length + remove.length > 0
}

function driftNames({ drift }: NamesView): string {
  const lists = [
    ['to add', drift.add],
    ['to change', drift.change],
    ['to remove', drift.remove],
  ] as const
  return lists.flatMap(([verb, names]) => (names.length === 0 ? [] : [`${verb} ${names.join(', ')}`])).join('; ')
}

const REF_TONES: Readonly<Record<string, 'good' | 'warn' | 'bad' | 'none'>> = {
  ...{ created: 'good', 'fast-forwarded': 'good', equal: 'good', overwritten: 'warn', rescued: 'warn', extra: 'none' },
  ...{ hidden: 'none', diverged: 'bad', rejected: 'bad' },
}

/** As the last push read each of them back; of a divergence both tips. */
function Refs({ detail: { refs } }: { detail: MirrorDetail }) {
  if (refs.length === 0) return null
  return (
    <Section title="Refs">
      <ul class="refs" data-table="refs">
        {refs.map(({ ref, outcome, before, after, rescueRef, ahead, behind, foreignAuthor, message }) => (
          <li key={ref}>
            <code class="long">{ref}</code>
            <Mark tone={REF_TONES[outcome] ?? 'none'}>{outcome}</Mark>
            <span class="ref-tips">
              {before === after ? (
                <code>{shortHash(after)}</code>
              ) : (
                <code>{`${shortHash(before)} → ${shortHash(after)}`}</code>
              )}
            </span>
            {ahead !== null && <span>{`${ahead} ahead, ${behind ?? '?'} behind`}</span>}
            {foreignAuthor !== null && <span>by {foreignAuthor}</span>}
            {rescueRef !== null && <code class="long">{rescueRef}</code>}
            {message !== null && <span class="ref-message">{message}</span>}
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Workflows({ detail: { type, layers } }: { detail: MirrorDetail }) {
  const rows = workflowRows(layers.workflows)
  if (type === 'git') return null
  return (
    <Section title="Workflows">
      {rows.length === 0 && <p>Nobody has looked yet.</p>}
      {rows.length > 0 && (
        <table class="plain" data-table="workflows">
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Expected</th>
              <th scope="col">Actual</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ file, expected, actual, isMet }) => (
              <tr key={file}>
                <th scope="row">
                  <code>{file}</code>
                </th>
                <td>{expected}</td>
                <td>
                  <Mark tone={isMet ? 'good' : 'bad'}>{actual}</Mark>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  )
}

function TestNow({ id, access }: { id: string; access: Access }) {
  const [checks, setChecks] = useState<readonly PermissionCheck[]>([])
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const [isBusy, setBusy] = useState(false)
  const onClick = async () => {
    setBusy(true)
    const reply = await postJson<{ readonly checks: readonly PermissionCheck[] }>('/api/mirrors/test', { id })
    setBusy(false)
    setRefusal(reply.ok ? null : reply.refusal)
    setChecks(reply.ok ? reply.data.checks : [])
  }
  return (
    <>
      <div class="mirror-buttons">
        <button type="button" class="button" data-do="test" disabled={isBusy || !access.mayChange} onClick={onClick}>
          {isBusy ? 'Testing…' : 'Test permissions'}
        </button>
      </div>
      <Refused refusal={refusal} />
      {checks.length > 0 && <Permissions checks={checks} />}
    </>
  )
}

/** Work that a push kept instead of losing it: dropped by name only. */
function Rescues({ detail, access, again }: { detail: MirrorDetail; access: Access; again(): void }) {
  const [dropped, setDropped] = useState<string | null>(null)
  if (detail.rescueRefs.length === 0) return null
  const act = async () => {
    const reply = await postJson(`/api/mirrors/${detail.id}/rescue/drop`, { ref: dropped, confirm: detail.id })
    again()
    return reply.ok ? null : reply.refusal
  }
  return (
    <Section title="Rescue refs">
      <ul class="refs">
        {detail.rescueRefs.map((ref) => (
          <li key={ref}>
            <code class="long">{ref}</code>
            <button
              type="button"
              class="button button-small button-danger"
              disabled={!access.mayChange}
              onClick={() => setDropped(ref)}
            >
              Drop…
            </button>
          </li>
        ))}
      </ul>
      {dropped !== null && (
        <Confirm
          id="drop"
          title="Drop a rescue ref"
          verb="Drop"
          typed={detail.id}
          act={act}
          onClose={() => setDropped(null)}
        >
          <p class="dialog-intro">
            <code class="long">{dropped}</code> is deleted on {detail.id}. The work in it is lost there.
          </p>
        </Confirm>
      )}
    </Section>
  )
}
