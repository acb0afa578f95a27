// Every case of the suite: the test command takes some.
import './by-hand.test.js'
