// Brings the programs that some tests run to a host on which they are missing, where that is possible and does no harm.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

const SSH_TESTS = [
  ...['test/e2e/soak-ssh', 'packages/github-stand/test/sshd', 'packages/git/test', 'packages/mirror/test'],
  'packages/release/test/deploy',
]

/** `npm run soak:loss`, and its short form. */
const LOSS_TESTS = ['test/long/loss', 'test/e2e/busy-failover']
const NETWORK_TESTS = ['test/e2e/failover', 'test/chaos/', ...LOSS_TESTS]

/** `command` proves that `debian` is there; `tests` are the files that want it, by the beginning of their path. */
const PACKAGES = [
  { command: 'ssh', debian: 'openssh-client', tests: SSH_TESTS },
  // On a host with systemd its installation would open the host to the network at the next boot at the latest.
  { command: 'sshd', debian: 'openssh-server', tests: SSH_TESTS, hasService: true },
  // Cuts and losses between the namespaces of a trial; its service only loads rules at boot and is not enabled.
  { command: 'nft', debian: 'nftables', tests: NETWORK_TESTS },
  // Bandwidth and addresses of the namespaces; wall clocks that jump, of single processes.
  { command: 'ip', debian: 'iproute2', tests: ['test/chaos/', ...LOSS_TESTS], isLong: true },
  { command: 'faketime', debian: 'faketime', tests: ['test/chaos/'], isLong: true },
  // A clean system for the onboarding; one package, no service.
  { command: 'debootstrap', debian: 'debootstrap', tests: ['test/onboarding/'], isLong: true },
  // Kills a process at a chosen system call, or makes the call fail.
  {
    command: 'strace',
    debian: 'strace',
    tests: [
      'packages/fleet/test/sync-kills',
      'packages/store/test/power-loss',
      'packages/node/test/power-loss',
      'packages/store/test/failing-calls',
      'test/e2e/power-loss',
      'test/e2e/failing-calls',
      'test/chaos/',
    ],
  },
  {
    command: 'chromium',
    debian: 'chromium',
    tests: ['soak/test', 'packages/console/test', 'test/e2e', 'test/browser', 'test/bench/page'],
  },
  // Units are verified offline, and who is told of a service's life is played by Python: Node has no datagram socket for it.
  { command: 'systemd-analyze', debian: 'systemd', tests: ['test/house/units'] },
  { command: 'python3', debian: 'python3', tests: ['test/e2e/notify', 'packages/failover/test/systemd'] },
  // Programs of two services, which nobody needs to install for that.
  { command: 'promtool', debian: 'prometheus', tests: ['test/observability'], isExtracted: true },
  { command: 'amtool', debian: 'prometheus-alertmanager', tests: ['test/observability'], isExtracted: true },
  // The tunnels of the VPN; neither of the two has a service that it starts.
  { command: 'wireguard-go', debian: 'wireguard-go', tests: ['packages/vpn/test'] },
  { command: 'wg', debian: 'wireguard-tools', tests: ['packages/vpn/test'] },
  // The lease of failover is tested on real clusters. The package also has a service that takes over the ports of etcd.
  {
    command: 'etcd',
    debian: 'etcd-server',
    tests: ['packages/failover/test/coordinator', 'test/e2e/failover-etcd'],
    hasService: true,
  },
]

/** Of packages that are fetched and not installed. */
export const PROGRAMS = join(import.meta.dirname, '..', '..', '.montana', 'programs')

/** A mirror that does not answer must not hold up the tests. */
const APT_OPTIONS = ['-y', '-q', '-o', 'Acquire::http::Timeout=20', '-o', 'Acquire::Retries=1']
const APT_TIMEOUT_MS = 300_000

/**
 * Installs what the tests named by `filters` want (none: all), and what only long runs need for those; tells on stderr what
 * stays missing, and why.
 */
export function ensurePackages(filters = [], isLongRun = false) {
  const missing = wantedPackages(filters, isLongRun).filter(({ command }) => !isThere(command))
  const refused = missing.map((entry) => [entry, whyNot(entry)]).filter(([, reason]) => reason !== undefined)
  for (const [{ debian }, reason] of refused) note(`${debian} is missing, tests that need it are skipped: ${reason}`)
  const installable = missing.filter((entry) => !refused.some(([other]) => other === entry))
  if (installable.length === 0) return
  const names = installable.map(({ debian }) => debian)
  note(`installing ${names.join(', ')} for the tests (once)`)
  for (const entry of installable.filter(({ isExtracted }) => isExtracted))
    if (!extract(entry)) note(`${entry.debian} could not be fetched, tests that need it are skipped`)
  const whole = installable.filter(({ isExtracted }) => !isExtracted).map(({ debian }) => debian)
  if (whole.length > 0 && !install(whole))
    note(`${whole.join(', ')} could not be installed, tests that need it are skipped`)
}

/** What they want, whether or not it is there. */
export function wantedPackages(filters = [], isLongRun = false) {
  return PACKAGES.filter((entry) => isWanted(entry, filters, isLongRun))
}

/** As vitest understands filters: parts of a path. */
function isWanted({ tests, isLong = false }, filters, isLongRun) {
  if (isLong && !isLongRun) return false
  const isNamed = (filter) => tests.some((path) => path.includes(filter) || filter.includes(path))
  return filters.length === 0 || filters.some(isNamed)
}

function isThere(command) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', PROGRAMS]
  return folders.some((folder) => existsSync(join(folder, command)))
}

function whyNot({ hasService = false, isExtracted = false }) {
  if (process.env.MONTANA_TEST_SETUP === 'off') return 'MONTANA_TEST_SETUP is off'
  if (!isThere('apt-get')) return 'there is no apt-get'
  if (isExtracted) return undefined
  if (process.getuid?.() !== 0) return 'only root can install it'
  if (hasService && existsSync('/run/systemd/system')) return 'installing it would enable a service on this host'
  return undefined
}

function install(names) {
  const packages = ['install', '--no-install-recommends', ...names]
  return aptGet(packages) || (aptGet(['update']) && aptGet(packages))
}

/** One program out of a package that is fetched and not installed. */
function extract({ debian, command }) {
  const folder = mkdtempSync(join(tmpdir(), 'montana-deb-'))
  try {
    mkdirSync(PROGRAMS, { recursive: true })
    const fetched = aptGet(['download', debian], folder) || (aptGet(['update']) && aptGet(['download', debian], folder))
    const [file] = readdirSync(folder)
    if (!fetched || file === undefined) return false
    // The name of the program is that of a constant, and the file stands in a folder of its own.
    const unpack = `dpkg-deb --fsys-tarfile '${join(folder, file)}' | tar -xf - -C '${PROGRAMS}' --strip-components=3 ./usr/bin/${command}`
    return spawnSync('sh', ['-c', unpack], { stdio: 'ignore', timeout: APT_TIMEOUT_MS }).status === 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function aptGet(args, cwd) {
  // In the runlevel of maintenance the scripts of a package start no service.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const options = { stdio: 'ignore', timeout: APT_TIMEOUT_MS, env, ...(cwd && { cwd }) }
  return spawnSync('apt-get', [...APT_OPTIONS, ...args], options).status === 0
}

function note(text) {
  process.stderr.write(`montana: ${text}\n`)
}
