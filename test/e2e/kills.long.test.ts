// Ten times as many.
import './kills.test.js'
