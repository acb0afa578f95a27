import { decodeContext } from '@montana/consensus'
import { ConfigError, errorCode } from '@montana/foundation'
import { openStore, type ReadStore } from '@montana/store'
import type { NetworkSource } from './options.js'

/** What a host is judged against. */
export interface Network {
  readonly source: 'd' | 'genesis' | 'data-dir'
  readonly d: number
  /** Seconds between windows as the store saw them; `undefined` where nothing was seen. */
  readonly periodSeconds: number | undefined
}

/** Windows whose distances make the period: enough for a median, recent enough for today's pace. */
const PERIOD_WINDOWS = 32

/** `undefined` for production. Throws ConfigError (78) for a file or a directory that does not tell. */
export async function findNetwork(source: NetworkSource): Promise<Network | undefined> {
  if (source.kind === 'd') return { source: 'd', d: source.d, periodSeconds: undefined }
  if (source.kind === 'genesis') {
    const { loadGenesis } = await import('@montana/node')
    const { params } = await loadGenesis(source.path)
    return { source: 'genesis', d: params.d0, periodSeconds: undefined }
  }
  return source.kind === 'data-dir' ? networkOfStore(source) : undefined
}

function networkOfStore({ path, isRequired }: Extract<NetworkSource, { kind: 'data-dir' }>): Network | undefined {
  const store = openOrNothing(path)
  try {
    const context = store?.context()
    if (store && context) {
      return { source: 'data-dir', d: decodeContext(context).nextD, periodSeconds: periodOf(store) }
    }
  } finally {
    store?.close()
  }
  if (!isRequired) return undefined
  const remedy = 'name the data directory of a node that has been started once; of a devnet, one of its folders'
  throw new ConfigError(`data-dir ${path} holds no chain`, { code: 'NO_STORE', field: 'data-dir', remedy })
}

function openOrNothing(dir: string) {
  try {
    return openStore({ dir, mode: 'read' })
  } catch (error) {
    if (errorCode(error) === 'NO_STORE') return undefined
    throw error
  }
}

/** The median time between the last windows. */
function periodOf(store: ReadStore): number | undefined {
  const head = store.head()?.window ?? 0
  const times: number[] = []
  for (let window = Math.max(1, head - PERIOD_WINDOWS); window <= head; window++) {
    const appliedAtMs = store.windowAt(window)?.appliedAtMs
    if (appliedAtMs !== undefined) times.push(appliedAtMs)
  }
  const distances = times.slice(1).map((time, i) => time - (times[i] ?? time))
  const median = distances.sort((a, b) => a - b)[distances.length >> 1]
  return median === undefined || median <= 0 ? undefined : median / 1000
}
