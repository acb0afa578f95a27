// Every case of the suite: the test command takes some.
import './killed-sentinel.test.js'
