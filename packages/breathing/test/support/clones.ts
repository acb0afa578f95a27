import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeState } from '../../src/merge/decode.js'
import { parseLoser } from '../../src/merge/history.js'
import type { BreathState } from '../../src/merge/state.js'
import { git, HOSTS, USERS, type World } from './hosts.js'

export interface ClonesResult {
  readonly kills: number
  readonly acknowledged: number
  readonly unacknowledged: number
  /** From the acknowledgement (or, where the clone was dead then, from its start) until the clone shows the write. */
  readonly worstMs: number
  /** Writes that some clone has neither as value nor in its history. */
  readonly lost: readonly string[]
  /** From the last write until all clones are the same. */
  readonly settledMs: number
  readonly overwritten: number
}

interface Ack {
  readonly key: string
  readonly stamp: string
  readonly atMs: number
}

/** When a clone was alive, wall clock; open at the end for the last life. */
interface Life {
  readonly fromMs: number
  toMs: number
}

const CHILD = join(import.meta.dirname, 'child.ts')
/** A clone that shows nothing for so long is stuck: the test ends rather than hangs. */
const PATIENCE_MS = 30_000

export interface ClonesPlan {
  readonly writeMs: number
  /** On average between two writes of one clone. */
  readonly pauseMs: number
  /** On average between two kills. */
  readonly killEveryMs: number
}

/** Five hosts, each a process that writes all the time and is killed at random; then peace, and the reckoning. */
export async function runClones(world: World, plan: ClonesPlan): Promise<ClonesResult> {
  const clones = HOSTS.map((host) => new Clone(world, host, plan))
  for (const clone of clones) clone.start()
  const watcher = new Sightings(world)
  const kills = await killAround(clones, plan)
  writeFileSync(join(world.folder, 'stop'), '')
  const quietMs = Date.now()
  await watcher.untilAllAgree(quietMs + PATIENCE_MS)
  const settledMs = Date.now() - quietMs
  await Promise.all(clones.map((clone) => clone.kill()))
  watcher.end()
  const notes = HOSTS.flatMap((host) => notesOf(world, host))
  const acks = notes.filter((note): note is Ack => typeof note.stamp === 'string')
  return {
    kills,
    acknowledged: acks.length,
    unacknowledged: notes.length - acks.length,
    worstMs: worstOf(acks, clones, watcher),
    settledMs,
    ...reckon(world, acks),
  }
}

async function killAround(clones: readonly Clone[], { writeMs, killEveryMs }: ClonesPlan): Promise<number> {
  const endMs = Date.now() + writeMs
  for (let kills = 0; ; kills++) {
    await sleep(killEveryMs * (0.5 + Math.random()))
    if (Date.now() > endMs) return kills
    const clone = clones[Math.floor(Math.random() * clones.length)]
    await clone?.kill()
    await sleep(Math.random() * 500)
    clone?.start()
  }
}

class Clone {
  readonly host: string
  readonly lives: Life[] = []
  readonly #world: World
  readonly #plan: ClonesPlan
  #child: ChildProcess | undefined

  constructor(world: World, host: string, plan: ClonesPlan) {
    this.#world = world
    this.host = host
    this.#plan = plan
  }

  start(): void {
    const { folder, hub } = this.#world
    mkdirSync(this.#world.path(this.host, '.'), { recursive: true })
    const { pauseMs } = this.#plan
    const life = this.lives.length
    const task = { task: 'write', node: this.host, hosts: HOSTS, folder, hub, pauseMs, life }
    this.#child = spawn(process.execPath, [CHILD, JSON.stringify(task)], { stdio: ['ignore', 'inherit', 'inherit'] })
    this.lives.push({ fromMs: Date.now(), toMs: Number.POSITIVE_INFINITY })
  }

  async kill(): Promise<void> {
    const child = this.#child
    if (child?.exitCode !== null) return
    const gone = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGKILL')
    await gone
    const life = this.lives.at(-1)
    if (life) life.toMs = Date.now()
  }
}

/** When which clone was first seen to show which record. */
class Sightings {
  readonly #world: World
  readonly #seen = new Map<string, number>()
  readonly #timer: NodeJS.Timeout

  constructor(world: World) {
    this.#world = world
    this.#timer = setInterval(() => this.#look(), 100)
  }

  at(host: string, key: string): number | undefined {
    return this.#seen.get(`${host} ${key}`)
  }

  /** All show all that was acknowledged, and the same. */
  async untilAllAgree(deadlineMs: number): Promise<void> {
    for (;;) {
      const texts = HOSTS.map((host) => textOf(this.#world, host))
      const keys = HOSTS.flatMap((host) => notesOf(this.#world, host)).filter((note) => note.stamp !== undefined)
      const isAll = texts.every((text) => text === texts[0] && keys.every(({ key }) => text.includes(`"${key}": {`)))
      if (isAll || Date.now() > deadlineMs) return
      await sleep(100)
    }
  }

  end(): void {
    this.#look()
    clearInterval(this.#timer)
  }

  #look(): void {
    const nowMs = Date.now()
    for (const host of HOSTS) {
      for (const [, key] of textOf(this.#world, host).matchAll(/^ {2}"([a-z]+-\d+-\d+)": \{/gm)) {
        const name = `${host} ${key}`
        if (!this.#seen.has(name)) this.#seen.set(name, nowMs)
      }
    }
  }
}

/** The longest time that a living clone went without a write that was acknowledged. */
function worstOf(acks: readonly Ack[], clones: readonly Clone[], sightings: Sightings): number {
  const waits = acks.flatMap(({ key, atMs }) =>
    clones.flatMap(({ host, lives }) => {
      const seenMs = sightings.at(host, key) ?? Number.POSITIVE_INFINITY
      return lives.map(({ fromMs, toMs }) => Math.min(seenMs, toMs) - Math.max(atMs, fromMs))
    }),
  )
  return Math.max(0, ...waits)
}

function reckon(world: World, acks: readonly Ack[]): Pick<ClonesResult, 'lost' | 'overwritten'> {
  const states = HOSTS.map((host) => stateOf(world, host))
  const histories = states.map(sharedHistory)
  const lost = acks.flatMap(({ key, stamp }) =>
    states.flatMap((state, index) => {
      const registers = state.files.get(USERS)
      const shared = registers?.get('/shared/field')
      const isThere = registers?.get(`/${key}/n`)?.stamp === stamp
      const isKept = shared?.value === key || histories[index]?.has(key)
      return isThere && isKept ? [] : [`${key} on ${HOSTS[index]}`]
    }),
  )
  return { lost, overwritten: histories[0]?.size ?? 0 }
}

function sharedHistory(state: BreathState): Set<unknown> {
  const losers = [...state.history.values()].flatMap((lines) => [...lines].map(parseLoser))
  return new Set(losers.filter(({ pointer }) => pointer === '/shared/field').map(({ value }) => value))
}

/** What the own ref of a clone holds. */
function stateOf(world: World, host: string): BreathState {
  const repository = world.path(host, '.montana-breathing/repository.git')
  const ref = `refs/heads/breath/${host}`
  const paths = git(repository, 'ls-tree', '-r', '--name-only', ref).trim().split('\n')
  const files = new Map(paths.map((path) => [path, git(repository, 'cat-file', 'blob', `${ref}:${path}`)]))
  return decodeState(files, [USERS], 2)
}

function notesOf(world: World, host: string): (Partial<Ack> & { key: string })[] {
  const path = join(world.folder, `acks-${host}.jsonl`)
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
  return lines.map((line) => JSON.parse(line) as Partial<Ack> & { key: string })
}

function textOf(world: World, host: string): string {
  const path = world.path(host, USERS)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
