import { useState } from 'preact/hooks'
import type { Problem } from './types.js'

interface ProblemProps {
  readonly problem: Problem
  /** What comes before the code, such as the layer. */
  readonly where?: string
}

/** What failed and what to do about it, to be copied. */
export function ProblemBox({ problem: { code, message, remedy }, where }: ProblemProps) {
  return (
    <div class="problem" data-problem={code}>
      <p>
        {where !== undefined && <strong>{where} </strong>}
        <code>{code}</code> {message}
      </p>
      {remedy !== null && (
        <p class="problem-remedy">
          <span>{remedy}</span>
          <Copy text={`${code}: ${message}\n${remedy}`} />
        </p>
      )}
    </div>
  )
}

/** The text of a problem, or of a key, for somewhere else. */
export function Copy({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [said, setSaid] = useState<string | null>(null)
  const onClick = async () => setSaid((await copied(text)) ? 'Copied' : 'Not copied: select it')
  return (
    <button type="button" class="button button-small" onClick={onClick}>
      {said ?? label}
    </button>
  )
}

/** A browser lets pages from loopback or by HTTPS copy, and only where nobody has forbidden it. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
