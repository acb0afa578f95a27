import type { ProcessLimits } from './types.js'

/** Of `ulimit -d` and `ulimit -f`, as POSIX shells and Linux count. */
const DATA_UNIT_BYTES = 1024
const FILE_UNIT_BYTES = 512
const NONE = '-'
/**
 * Becomes the command that stands behind the two numbers. A limit that the host does not know, or has lower already, is
 * left as it is. The words of the command are arguments and no part of the script.
 */
const SCRIPT = [
  'data=$1 file=$2; shift 2',
  `[ "$data" = ${NONE} ] || ulimit -d "$data" 2>/dev/null || :`,
  // Without the signal the write fails, and git says why.
  `[ "$file" = ${NONE} ] || { trap '' XFSZ; ulimit -f "$file" 2>/dev/null || :; }`,
  'exec "$@"',
].join('\n')

/** The command, or one that sets the limits and then becomes it: Node cannot set them for a child. */
export function limited(command: readonly [string, ...string[]], limits?: ProcessLimits): [string, ...string[]] {
  if (limits === undefined) return [...command]
  const { memoryMaxBytes, fileMaxBytes } = limits
  const numbers = [units(memoryMaxBytes, DATA_UNIT_BYTES), units(fileMaxBytes, FILE_UNIT_BYTES)]
  return ['/bin/sh', '-c', SCRIPT, 'sh', ...numbers, ...command]
}

function units(bytes: number | undefined, unitBytes: number): string {
  return bytes === undefined ? NONE : String(Math.floor(bytes / unitBytes))
}
