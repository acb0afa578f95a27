import type { MeshView, SoakView } from '../../../src/api/views.js'
import { getJson } from './api.js'

/** A snapshot comes every second; after this much silence what is shown is old. */
const STALE_AFTER_MS = 5_000
const RETRY_MS = 3_000
const CHECK_MS = 1_000

export interface LiveState {
  readonly mesh: MeshView | null
  /** Null: not asked yet. `none`: the console follows no soak file. `unreadable`: it may not read the one it follows. */
  readonly soak: SoakView | 'none' | 'unreadable' | null
  /** `refused`: nothing was ever heard, and asking failed. */
  readonly link: 'connecting' | 'refused' | 'live' | 'stale'
  /** When the last snapshot came, by this browser's clock; 0 before the first. */
  readonly heardAtMs: number
}

/** Follows the console and reconnects for ever; `notify` is handed each new state. Returns how to stop. */
export function follow(notify: (state: LiveState) => void): () => void {
  let state: LiveState = { mesh: null, soak: null, link: 'connecting', heardAtMs: 0 }
  const set = (change: Partial<LiveState>) => {
    state = { ...state, ...change }
    notify(state)
  }
  const refreshSoak = async () => {
    const soak = await fetchSoak()
    if (soak !== null) set({ soak })
  }
  const closeStream = openStream({
    onMesh: (mesh) => set({ mesh, link: 'live', heardAtMs: Date.now() }),
    onOpen: () => {
      // A stream that goes on tells by itself what was missed; without a soak file it tells nothing.
      if (state.soak === null || typeof state.soak === 'string') void refreshSoak()
    },
    onSoak: () => void refreshSoak(),
    onLost: () => set({ link: state.heardAtMs === 0 ? 'refused' : 'stale' }),
  })
  const watchdog = setInterval(() => {
    if (state.link === 'live' && Date.now() - state.heardAtMs > STALE_AFTER_MS) set({ link: 'stale' })
  }, CHECK_MS)
  return () => {
    clearInterval(watchdog)
    closeStream()
  }
}

interface StreamHandlers {
  onOpen(): void
  onMesh(mesh: MeshView): void
  onSoak(): void
  onLost(): void
}

/** The browser reconnects by itself after a break, but not after a refusal. */
function openStream(handlers: StreamHandlers): () => void {
  let source: EventSource | undefined
  let retry: ReturnType<typeof setTimeout> | undefined
  const open = () => {
    source = new EventSource('/api/events')
    source.onopen = handlers.onOpen
    source.addEventListener('mesh', (event) => handlers.onMesh(JSON.parse(event.data) as MeshView))
    source.addEventListener('soak', handlers.onSoak)
    source.onerror = () => {
      handlers.onLost()
      if (source?.readyState === EventSource.CLOSED) retry = setTimeout(open, RETRY_MS)
    }
  }
  open()
  return () => {
    clearTimeout(retry)
    source?.close()
  }
}

const UNTOLD: Readonly<Record<string, 'none' | 'unreadable'>> = { NOT_FOUND: 'none', SOAK_UNREADABLE: 'unreadable' }

/** Null where it could not be fetched now; the next record asks again. */
async function fetchSoak(): Promise<LiveState['soak']> {
  const reply = await getJson<SoakView>('/api/soak')
  return reply.ok ? reply.data : (UNTOLD[reply.refusal.code] ?? null)
}
