import { formatTime } from '@montana/foundation'
import type { Agreement, MeshView, OpenWindow, RecentWindow } from '../api/views.js'
import { RECENT_WINDOWS } from '../constants.js'
import { alertsOf, bounded, type StatusCodes } from './alerts.js'
import { nodeView } from './node-view.js'
import { isOverdue, paceOf } from './pace.js'
import type { Sample, Status } from './status.js'

interface Answer {
  readonly label: string
  readonly status: Status
}

/** What a sample alone does not say. */
export interface Known {
  readonly codes?: StatusCodes
  /** CPU seconds per second by label. */
  readonly cpuCores?: ReadonlyMap<string, number | null>
}

/** All nodes at one moment, compared with each other. Pure. */
export function meshView(samples: readonly Sample[], nowMs: number, { codes = {}, cpuCores }: Known = {}): MeshView {
  const answers = samples.flatMap(({ source, status }) => (status ? [{ label: source.label, status }] : []))
  const head = headOf(answers)
  const headWindow = head?.status.window ?? null
  const facts = {
    at: formatTime(nowMs),
    network: head?.status.network ?? null,
    head: head ? { label: head.label, window: head.status.window } : null,
    common: commonOf(answers),
    members: membersOf(answers, head),
    open: head ? openWindow(head, answers) : null,
    ...rhythm(head, answers),
    nodes: samples.map((sample) => nodeView(sample, headWindow, cpuCores?.get(sample.source.label) ?? null)),
  }
  return { ...facts, ...bounded(alertsOf(facts, samples, codes)) }
}

function rhythm(
  head: Answer | undefined,
  answers: readonly Answer[],
): Pick<MeshView, 'recent' | 'cementedAgeMs' | 'paceMs' | 'isOverdue'> {
  const recent = head ? recentWindows(head.status, answers) : []
  const cementedAgeMs = head ? cementedAge(head.status) : null
  const paceMs = paceOf(recent)
  return { recent, cementedAgeMs, paceMs, isOverdue: isOverdue(cementedAgeMs, paceMs) }
}

/** The first of those with the highest window. */
function headOf(answers: readonly Answer[]): Answer | undefined {
  return answers.reduce<Answer | undefined>(
    (head, answer) => (head && head.status.window >= answer.status.window ? head : answer),
    undefined,
  )
}

/** Both times are of the same clock, so that a wrong one does not show as an age. */
function cementedAge({ sampled_at, cemented_at }: Status): number | null {
  return cemented_at === null ? null : Math.max(0, Date.parse(sampled_at) - Date.parse(cemented_at))
}

function membersOf(answers: readonly Answer[], head: Answer | undefined): MeshView['members'] {
  const up = answers.filter(({ status }) => status.phase === 'Active').length
  return { active: head?.status.active_nodes ?? null, up }
}

function openWindow({ status: { window, vote } }: Answer, answers: readonly Answer[]): OpenWindow | null {
  if (!vote) return null
  const voters = answers.filter(({ status }) => status.window === window)
  const waitsFor = vote.waits_for.filter((name) => isUnheard(name, voters))
  return { window: window + 1, proposer: vote.proposer, round: vote.round, rule: vote.rule, waitsFor }
}

/** A member knows its own confirmation first, and others hear of it one after another: all of them must miss it. */
function isUnheard(name: string, voters: readonly Answer[]): boolean {
  const others = voters.filter(({ label }) => label !== name)
  return others.length > 0 && others.every(({ status }) => status.vote?.waits_for.includes(name))
}

/** Spec operations 3.2: where all nodes that answer can be compared. */
function commonOf(answers: readonly Answer[]): MeshView['common'] {
  if (answers.length === 0) return null
  const window = Math.min(...answers.map(({ status }) => status.window))
  const hashes = answers.flatMap(({ status }) => hashAt(status, window) ?? [])
  const agrees = agreement(hashes)
  const isPartial = agrees === 'yes' && hashes.length < answers.length
  return { window, agrees: isPartial ? 'unknown' : agrees, compared: hashes.length }
}

function agreement(hashes: readonly string[]): Agreement {
  if (new Set(hashes).size > 1) return 'no'
  return hashes.length < 2 ? 'unknown' : 'yes'
}

/** Header hash and state root as one text: both must be equal. */
function hashAt({ window: head, header_hash, state_root, recent }: Status, window: number): string | undefined {
  if (head === window) return header_hash + state_root
  const entry = recent.find((one) => one.window === window)
  return entry && entry.header_hash + entry.state_root
}

/** Times are those of the head node: differences between two clocks would not be durations. */
function recentWindows({ recent }: Status, answers: readonly Answer[]): RecentWindow[] {
  const known = answers.map(({ status }) => new Map(status.recent.map((one) => [one.window, one])))
  const first = Math.max(0, recent.length - RECENT_WINDOWS)
  return recent.slice(first).map(({ window, at, header_hash }, index) => {
    const before = recent[first + index - 1]
    const tookMs = before?.window === window - 1 ? Date.parse(at) - Date.parse(before.at) : null
    const hashes = known.flatMap((windows) => windows.get(window) ?? []).map((one) => one.header_hash + one.state_root)
    return { window, at, tookMs, headerHash: header_hash, agrees: agreement(hashes), compared: hashes.length }
  })
}
