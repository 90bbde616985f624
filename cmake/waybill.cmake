# Helpers used by the CMakeLists.txt of every folder.

# g++ 12 misfires inside std::string, std::variant and Boost with the four that are switched off for it.
add_library(waybill_flags INTERFACE)
target_compile_options(waybill_flags INTERFACE -Wall -Wextra -Wpedantic -Werror
  $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local> -Wnon-virtual-dtor -Woverloaded-virtual
  "$<$<CXX_COMPILER_ID:GNU>:-Wno-restrict;-Wno-array-bounds;-Wno-stringop-overflow;-Wno-maybe-uninitialized>")
target_include_directories(waybill_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_link_libraries(waybill_flags INTERFACE tl::expected fmt::fmt Threads::Threads)

# waybill_library(NAME DEPS lib... [PRECOMPILE <header>...]): one static library of all .cpp files in the folder, less
# those in EXCEPT. PRECOMPILE names heavy libraries' headers that most of its files include.
function(waybill_library name)
  cmake_parse_arguments(ARG "" "" "DEPS;EXCEPT;PRECOMPILE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  foreach(file IN LISTS ARG_EXCEPT)
    list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  endforeach()
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC waybill_flags ${ARG_DEPS})
    if(ARG_PRECOMPILE)
      target_precompile_headers(${name} PRIVATE ${ARG_PRECOMPILE})
    endif()
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE waybill_flags ${ARG_DEPS})
  endif()
endfunction()

# waybill_program(NAME SOURCES file... DEPS lib...): an executable in build/.../bin.
function(waybill_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE waybill_flags ${ARG_DEPS})
endfunction()

# waybill_doctest(NAME DEPS lib... [LABELS label...]): one doctest program of all .cpp files in the folder, run as
# one ctest test. TIMEOUT is a backstop in seconds, never part of what a test decides.
function(waybill_doctest name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "DEPS;LABELS;EXCEPT" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  foreach(file IN LISTS ARG_EXCEPT)
    list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  endforeach()
  add_executable(${name} ${sources} ${CMAKE_SOURCE_DIR}/tests/doctest_main.cpp)
  target_link_libraries(${name} PRIVATE waybill_flags ${ARG_DEPS})
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
    ENVIRONMENT "WAYBILL_BIN=${CMAKE_BINARY_DIR}/bin;WAYBILL_SOURCE=${CMAKE_SOURCE_DIR}")
endfunction()

# waybill_fuzz(NAME SOURCES file... DEPS lib...): with WAYBILL_FUZZ a libFuzzer program; otherwise the same source is
# linked with tests/fuzz/replay_main.cpp, which feeds it the seed corpus, so that it never rots.
function(waybill_fuzz name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  if(WAYBILL_FUZZ)
    add_executable(${name} ${ARG_SOURCES})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  else()
    add_executable(${name} ${ARG_SOURCES} ${CMAKE_SOURCE_DIR}/tests/fuzz/replay_main.cpp)
    add_test(NAME ${name} COMMAND ${name} ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name})
    set_tests_properties(${name} PROPERTIES LABELS fuzz)
  endif()
  target_link_libraries(${name} PRIVATE waybill_flags ${ARG_DEPS})
endfunction()
