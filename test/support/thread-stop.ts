import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { onTestFinished } from 'vitest'

/** Stops one thread, and no other of its process, until standard input ends: PTRACE_SEIZE, INTERRUPT, DETACH. */
const STOPPER = `
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long] * 4
tid = int(sys.argv[1])
def call(request):
  if libc.ptrace(request, tid, 0, 0) != 0: sys.exit('ptrace: ' + os.strerror(ctypes.get_errno()))
call(0x4206)
call(0x4207)
os.waitpid(tid, 0x40000000)
print('stopped', flush=True)
sys.stdin.read()
call(17)
`

/** Others may be stopped by root, and mostly by nobody else. */
export const canStopThreads = process.getuid?.() === 0 && spawnSync('python3', ['--version']).status === 0

/** Id of the thread with this name; names are cut at 15 characters. */
export function threadOf(pid: number, name: string): number | undefined {
  const ids = readdirSync(`/proc/${pid}/task`)
  return ids.map(Number).find((tid) => readFileSync(`/proc/${pid}/task/${tid}/comm`, 'utf8').trim() === name)
}

/** Resolves once the thread stands still; the function it resolves to lets it go on. */
export async function stopThread(tid: number): Promise<() => Promise<void>> {
  const stopper: ChildProcess = spawn('python3', ['-c', STOPPER, String(tid)], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void stopper.kill('SIGKILL'))
  const ended = once(stopper, 'close')
  const [first] = await Promise.race([once(stopper.stdout ?? stopper, 'data'), ended])
  if (String(first).trim() !== 'stopped') throw new Error(`thread ${tid} could not be stopped`)
  return async () => {
    stopper.stdin?.end()
    await ended
  }
}
