// Every schedule of the suite: the test command takes a quarter.
import './one-actor.test.js'
