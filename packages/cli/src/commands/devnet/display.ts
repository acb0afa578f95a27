import type { NodeStatus } from '@montana/node/settings'
import { catchUpLine } from '../../catch-up-line.js'
import { formatTable } from '../../table.js'
import type { NodeChild } from './child.js'
import { isSilent, PauseWatch } from './waiting.js'

const HEADER = ['node', 'phase', 'window', 'lag', 'peers', 'heartbeats', 'rtt_ms', 'rss_mib', 'restarts']
const PING_INTERVAL_S = 5
const CLEAR_TO_END = '\u001b[J'
const up = (lines: number) => `\u001b[${lines}A`
const bold = (text: string) => `\u001b[1m${text}\u001b[22m`
const dim = (text: string) => `\u001b[2m${text}\u001b[22m`

export interface DisplayState {
  readonly children: readonly NodeChild[]
  readonly head: number
  readonly startHead: number
  readonly wanted: number | undefined
  readonly dataDir: string
  /** Address of the page; null without one. */
  readonly console: string | null
}

export interface Display {
  update(state: DisplayState): void
  note(line: string): void
}

/** Redraws one table in place. */
export function tableDisplay(write: (text: string) => void, useColour: boolean): Display {
  let drawn = 0
  const notes: string[] = []
  const pause = new PauseWatch()
  const plain = (text: string) => text
  const [strong, faint] = useColour ? [bold, dim] : [plain, plain]
  return {
    note: (line) => {
      if (drawn === 0) return write(`${line}\n`)
      notes.push(line)
      if (notes.length > 4) notes.shift()
    },
    update: (state) => {
      const progress = state.wanted === undefined ? '' : `, ${state.head - state.startHead} of ${state.wanted}`
      const [header = '', ...rows] = formatTable(
        HEADER,
        state.children.map((child) => row(child, state.head)),
      ).split('\n')
      const waiting = pause.update(state.children, state.head)
      const title = `${strong('montana devnet')}  window ${state.head}${progress}${openWindow(state)}`
      const lines = [
        title,
        '',
        faint(header),
        ...rows,
        '',
        ...(waiting === undefined ? [] : [waiting]),
        ...notes.map(faint),
        ...(state.console === null ? [] : [`${state.console}  shows this in a browser`]),
        faint(`${state.dataDir}  Ctrl-C ends all nodes`),
      ]
      write(`${drawn > 0 ? up(drawn) : ''}\r${CLEAR_TO_END}${lines.join('\n')}\n`)
      drawn = lines.length
    },
  }
}

/** One plain line per window, for pipes. */
export function lineDisplay(write: (text: string) => void): Display {
  let lastHead = -1
  let lastAtMs = performance.now()
  let saidAt = -1
  const pause = new PauseWatch()
  return {
    note: (line) => write(`${line}\n`),
    update: ({ children, head, startHead }) => {
      const waiting = pause.update(children, head)
      if (waiting !== undefined && saidAt !== head) write(`${waiting}\n`)
      if (waiting !== undefined) saidAt = head
      if (head <= Math.max(lastHead, startHead)) return
      const nowMs = performance.now()
      const seconds = ((nowMs - lastAtMs) / 1000).toFixed(1)
      const leader = children.find(({ status }) => status?.window === head)
      const at = children.filter(({ status, isDown }) => !isDown && (status?.window ?? 0) >= head - 1).length
      const hash = leader?.status?.header_hash.slice(0, 16) ?? '-'
      write(`window ${head}  ${hash}  ${at}/${children.length} nodes within 1  ${seconds} s\n`)
      lastHead = head
      lastAtMs = nowMs
    },
  }
}

export const silentDisplay: Display = { update: () => {}, note: () => {} }

/** Whose turn it is, as the node with the highest window sees it. */
function openWindow({ children, head }: DisplayState): string {
  const vote = children.find(({ status, isDown }) => !isDown && status?.window === head)?.status?.vote
  if (!vote?.proposer) return ''
  return `; next: ${vote.proposer} proposes${vote.round > 1 ? ` (round ${vote.round})` : ''}`
}

/** The phase, how far it is, and what makes this node less than a whole member. */
function phaseOf(child: NodeChild, { phase, candidate, epoch, vote, clock, catch_up: catchingUp }: NodeStatus): string {
  const words: string[] = [phase]
  if (catchingUp) words.push(catchUpLine(catchingUp))
  if (phase === 'CandidateVdf' && candidate) words[0] += ` ${candidate.windows_done}/${candidate.windows_required}`
  if (phase === 'Registered') words.push(`selection at ${epoch.next_selection}`)
  if (phase === 'Active' && isSilent(child)) words.push(vote.sign_from ? `silent until ${vote.sign_from}` : 'silent')
  if (clock.load !== null && clock.load > 1) words.push('slow clock')
  return words.join(', ')
}

function row(child: NodeChild, head: number): (string | number | null)[] {
  const { label, status, restarts } = child
  if (!status || child.isDown)
    return [label, child.failure ? 'failed' : 'down', null, null, null, '-', '-', null, restarts]
  if (child.isPaused) return [label, 'paused', status.window, head - status.window, null, '-', '-', null, restarts]
  const connected = status.peers.filter(({ conns }) => conns > 0).length
  const rss = status.res.rss === null ? null : Math.round(status.res.rss / 2 ** 20)
  const lag = head - status.window
  return [label, phaseOf(child, status), status.window, lag, connected, heartbeats(status), rtt(status), rss, restarts]
}

/** Answered pings against those sent, or against what the time with a connection makes one expect if that is more. */
function heartbeats({ peers }: NodeStatus): string {
  const ok = peers.reduce((sum, peer) => sum + peer.ping_ok, 0)
  const expected = peers.reduce((sum, peer) => sum + Math.max(peer.ping_sent, peer.up_s / PING_INTERVAL_S), 0)
  return `${ok}/${Math.round(expected)}`
}

function rtt({ peers }: NodeStatus): string {
  const values = peers.flatMap(({ rtt_p50_ms: p50 }) => (p50 === null ? [] : [p50]))
  return values.length === 0 ? '-' : Math.max(...values).toFixed(1)
}
