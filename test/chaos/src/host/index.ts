export { type Machine, machine } from '../report/machine.js'
export { FakeClock } from './fake-clock.js'
export { lacksOfHost } from './programs.js'
export { SmallDisk } from './small-disk.js'
