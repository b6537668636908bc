-- Undefined names in the library's tables are errors that name the nearest one, as undefined globals are.
local lab, core = ...

--- Guards a table of the library, and the tables in it.
function core.seal(table, name)
  if getmetatable(table) ~= nil then return end
  setmetatable(table, {
    __index = function(_, key)
      local known = {}
      for other in pairs(table) do known[#known + 1] = tostring(other) end
      core.raise(string.format("%s has no '%s'%s", name, tostring(key), core.near(tostring(key), known)))
    end,
  })
  for key, value in pairs(table) do
    if type(value) == "table" then core.seal(value, name .. "." .. tostring(key)) end
  end
end

core.seal(lab, "lab")
