"""How fast the house is, measured on this machine: `script/bench`, explained in docs/performance.md."""
