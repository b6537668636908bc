-- Adding two task vectors to a base of 64 tensors of a million numbers: three are read, one is written.
local State = lab.nn.class("State")

function State:init()
  for i = 1, 64 do self["w" .. i] = lab.nn.parameter(lab.randn{ 1024, 1024 }) end
end

local base, first, second = State():weights(), State():weights(), State():weights()

return {
  unit = "GB/s", units = 4 * 64 * 4 * 1024 ^ 2 / 1e9,
  step = function()
    local theta = base + 0.3 * ((first - base) + (second - base))
    -- Asking for one tensor computes all of them.
    return theta.w64
  end,
}
