/** A sentence in which what stands between backticks is typed as it is. */
export function Words({ children }: { children: string }) {
  return <>{children.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</>
}
