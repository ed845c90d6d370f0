-- Tells at the end of a run what benchmarks/load.py reads: one line of JSON.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function done(summary, latency, requests)
  local walked, repeated = 0, 0
  for _, thread in ipairs(threads) do
    walked = walked + (thread:get("walked") or 0)
    repeated = repeated + (thread:get("repeated") or 0)
  end
  local errors = summary.errors
  io.write(string.format(
    'told {"requests": %d, "seconds": %.6f, "connect": %d, "read": %d, "write": %d, ' ..
    '"timeout": %d, "status": %d, "p50": %.3f, "p99": %.3f, "most": %.3f, ' ..
    '"walked": %d, "repeated": %d}\n',
    summary.requests, summary.duration / 1e6, errors.connect, errors.read, errors.write,
    errors.timeout, errors.status, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    latency.max / 1e3, walked, repeated))
end
