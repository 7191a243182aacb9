-- wrk calls this at its end: what was measured, as one line of JSON.
function done(summary, latency, requests)
  local failed = summary.errors
  print(string.format(
    '{"requests": %d, "seconds": %.6f, "bytes": %d, "p99": %.6f, "failures": %d}',
    summary.requests, summary.duration / 1e6, summary.bytes, latency:percentile(99) / 1e6,
    failed.connect + failed.read + failed.write + failed.status + failed.timeout))
end
