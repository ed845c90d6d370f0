-- Asks for the addresses of a file one after another; each line is an address, a tab, and the
-- coding that is accepted. What is counted here tells load.py how far it went.
dofile("report.lua")

walked = 0
repeated = 0
local asked = {}

function init(arguments)
  local form = "GET %s HTTP/1.1\r\nHost: " .. wrk.headers["Host"] .. "\r\nAccept-Encoding: %s\r\n\r\n"
  for line in io.lines(arguments[1]) do
    local address, coding = line:match("^(.-)\t(.*)$")
    asked[#asked + 1] = form:format(address, coding)
  end
end

function request()
  if walked >= #asked then
    repeated = repeated + 1
  end
  walked = walked + 1
  return asked[(walked - 1) % #asked + 1]
end
