const US_PER_S = 1e6

/** User and system time of this process, all threads. */
export function cpuSeconds(): number {
  const { userCPUTime, systemCPUTime } = process.resourceUsage()
  return (userCPUTime + systemCPUTime) / US_PER_S
}
