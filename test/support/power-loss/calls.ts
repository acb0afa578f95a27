/** What a process asked of the file system, in the order in which the calls returned; paths are absolute. */
export type Call =
  | { readonly kind: 'open'; readonly path: string; readonly isEmptied: boolean }
  | { readonly kind: 'write'; readonly path: string; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly path: string; readonly size: number }
  | { readonly kind: 'sync'; readonly path: string; readonly hasFailed: boolean }
  | { readonly kind: 'rename'; readonly path: string; readonly to: string }
  | { readonly kind: 'unlink'; readonly path: string }
  /** A line on standard output: what the process has acknowledged. */
  | { readonly kind: 'say'; readonly text: string }

/** Calls that change files and that {@link parseTrace} understands. */
const KNOWN = 'openat,close,write,pwrite64,fsync,fdatasync,ftruncate,rename,unlink'
/** Others that would: a trace with one of them below the folder is refused, rather than rebuilt without it. */
const FOREIGN =
  'open,creat,writev,pwritev,pwritev2,sendfile,copy_file_range,splice,fallocate,truncate,sync_file_range,sync,syncfs,' +
  'link,linkat,symlink,symlinkat,renameat,renameat2,unlinkat,mkdir,mkdirat,rmdir'
/** No write of ours is longer, bytes. */
const STRING_MAX = 2 ** 22

/** Arguments of strace for a trace that {@link parseTrace} reads. */
export const TRACE_ARGUMENTS: readonly string[] = [
  ...['-f', '-y', '-xx', '-s', `${STRING_MAX}`, '-e', 'signal=none', '-e', `trace=${KNOWN},${FOREIGN}`],
]

const LINE = /^(\d+) +(\w+)\((.*)\) += (-?\d+)/
const STANDARD_OUTPUT = '1<'

const text = (escaped: string) => bytesOf(escaped).toString()
const bytesOf = (escaped: string) => Buffer.from(escaped.replaceAll('\\x', ''), 'hex')

/** The calls below `folder`, and what was said. Throws for a call that changes files there and is not understood. */
export function parseTrace(lines: Iterable<string>, folder: string): Call[] {
  const reader = new TraceReader(folder)
  return [...whole(lines)].flatMap((line) => reader.read(line) ?? [])
}

/** A call that was interrupted by one of another thread stands where it returned. */
function* whole(lines: Iterable<string>): Generator<string> {
  const begun = new Map<string, string>()
  for (const line of lines) {
    const pid = line.slice(0, line.indexOf(' '))
    if (line.endsWith(' <unfinished ...>')) begun.set(pid, line.slice(0, -' <unfinished ...>'.length))
    else yield line.replace(/^\d+ +<\.\.\. \w+ resumed>/, () => begun.get(pid) ?? '')
  }
}

class TraceReader {
  readonly #folder: string
  /** Of descriptors that are written to without an offset, bytes. */
  readonly #positions = new Map<string, number>()

  constructor(folder: string) {
    this.#folder = folder
  }

  read(line: string): Call | undefined {
    const [, , name = '', args = '', result = ''] = LINE.exec(line) ?? []
    if (name === 'write' && args.startsWith(STANDARD_OUTPUT)) return { kind: 'say', text: text(quoted(args)[0] ?? '') }
    const path = this.#below(name === 'openat' ? args.slice(args.indexOf('"')) : args)
    const isSync = name === 'fsync' || name === 'fdatasync'
    if (path === undefined || (Number(result) < 0 && !isSync)) return undefined
    return this.#toCall(name, { args, path, result, descriptor: args.slice(0, args.indexOf('<')) })
  }

  #toCall(name: string, of: { args: string; path: string; result: string; descriptor: string }): Call | undefined {
    const { args, path, result, descriptor } = of
    const last = Number(args.slice(args.lastIndexOf(',') + 1))
    switch (name) {
      case 'openat':
        this.#positions.set(result, 0)
        return /O_CREAT|O_TRUNC/.test(args) ? { kind: 'open', path, isEmptied: args.includes('O_TRUNC') } : undefined
      case 'close':
        return undefined
      case 'pwrite64':
        return { kind: 'write', path, offset: last, bytes: this.#written(args, result) }
      case 'write': {
        const offset = this.#positions.get(descriptor) ?? 0
        this.#positions.set(descriptor, offset + Number(result))
        return { kind: 'write', path, offset, bytes: this.#written(args, result) }
      }
      case 'ftruncate':
        return { kind: 'truncate', path, size: last }
      case 'fsync':
      case 'fdatasync':
        return { kind: 'sync', path, hasFailed: Number(result) < 0 }
      case 'rename':
        return { kind: 'rename', path, to: this.#absolute(text(quoted(args)[1] ?? '')) }
      case 'unlink':
        return { kind: 'unlink', path }
      default:
        throw new Error(`the trace has a call that is not understood: ${name} of ${path}`)
    }
  }

  #written(args: string, result: string): Uint8Array {
    return bytesOf(quoted(args)[0] ?? '').subarray(0, Number(result))
  }

  /** The first path among the arguments, a name or that of a descriptor, where it lies in the folder. */
  #below(args: string): string | undefined {
    const named = /^\d+<((?:\\x[0-9a-f]{2})*)>/.exec(args)?.[1] ?? quoted(args)[0]
    const path = named && this.#absolute(text(named))
    return path === this.#folder || path?.startsWith(`${this.#folder}/`) ? path : undefined
  }

  #absolute(path: string): string {
    return path.startsWith('/') ? path : `${process.cwd()}/${path}`
  }
}

function quoted(args: string): string[] {
  return args.split('"').filter((_, index) => index % 2 === 1)
}
