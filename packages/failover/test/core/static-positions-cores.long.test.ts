// Every sample of the suite: the test command takes a third.
import './static-positions-cores.test.js'
