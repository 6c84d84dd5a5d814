-- Answers on the stats port about the load balancer itself. Paths come by the environment of the HAProxy master.

local config_file = assert(os.getenv("BLUEGREEN_LB_CONFIG"), "BLUEGREEN_LB_CONFIG is not set")
local control_socket = assert(os.getenv("BLUEGREEN_LB_CONTROL"), "BLUEGREEN_LB_CONTROL is not set")
local mode = assert(os.getenv("BLUEGREEN_LB_MODE"), "BLUEGREEN_LB_MODE is not set")

local function read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read("a")
  file:close()
  return text
end

-- Taken when the worker starts: what it serves by, not what may lie on disk later.
local config = read(config_file) or ""

local function answer(applet, status, text)
  applet:set_status(status)
  applet:add_header("content-length", tostring(#text))
  applet:add_header("content-type", "text/plain")
  applet:start_response()
  applet:send(text)
end

-- pid, state and parent of a line of /proc/PID/stat; the name in brackets may hold any character.
local function parse(stat)
  return stat:match("^(%d+) %(.*%) (%a) (%d+)")
end

-- One line to the controller and its answer, or nil.
local function ask(request)
  local socket = core.tcp()
  socket:settimeout(5)
  local reply
  if socket:connect("unix@" .. control_socket) and socket:send(request .. "\n") then
    reply = socket:receive("*l")
  end
  socket:close()
  return reply
end

-- The master and all its workers: also those that still end their connections after a reload. Nil where the kernel does
-- not list children (CONFIG_PROC_CHILDREN), or there is no master.
local function master_and_workers()
  if mode ~= "master-worker" then return nil end
  local _, _, master = parse(read("/proc/self/stat"))
  local listed = read("/proc/" .. master .. "/task/" .. master .. "/children")
  if not listed then return nil end
  local pids = { master }
  for child in listed:gmatch("%d+") do
    local pid, state = parse(read("/proc/" .. child .. "/stat") or "")
    if pid and state ~= "Z" then pids[#pids + 1] = pid end
  end
  table.sort(pids, function(a, b) return tonumber(a) > tonumber(b) end)
  return table.concat(pids, " ")
end

core.register_service("getpids", "http", function(applet)
  local pids = master_and_workers() or ask("pids")
  if pids then answer(applet, 200, pids) else answer(applet, 500, "the controller does not answer") end
end)

core.register_service("getconfig", "http", function(applet)
  answer(applet, 200, config)
end)

-- Hands the signal named by the path to the controller, and waits for its word.
core.register_service("signalmlb", "http", function(applet)
  local signal = applet.path:match("([^/]+)$")
  if ask(signal) == "ok" then
    answer(applet, 200, "Sent SIG" .. signal:upper() .. " signal to marathon-lb")
  else
    answer(applet, 500, "Failed to send SIG" .. signal:upper() .. " signal to marathon-lb: its controller does not answer")
  end
end)
