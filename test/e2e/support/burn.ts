import { spawn } from 'node:child_process'

/** Keeps `cores` busy until the returned function is called. */
export function burn(cores: number): () => void {
  const children = Array.from({ length: cores }, () =>
    spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
  )
  return () => {
    for (const child of children) child.kill('SIGKILL')
  }
}
