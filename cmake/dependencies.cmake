# Every dependency comes from Debian 12. Each is used through an interface target of ours (dep_*), so that
# include paths and definitions stand in one place.
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS system)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tl-expected REQUIRED)
find_package(CLI11 REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(date REQUIRED)
find_package(LibtorrentRasterbar REQUIRED)
find_package(doctest QUIET)
find_package(benchmark QUIET)

add_library(dep_asio INTERFACE)
target_link_libraries(dep_asio INTERFACE Boost::system OpenSSL::SSL OpenSSL::Crypto Threads::Threads)

add_library(dep_libtorrent INTERFACE)
target_link_libraries(dep_libtorrent INTERFACE LibtorrentRasterbar::torrent-rasterbar)
# libtorrent is built with these two; every other user of Asio must be too, or the inline functions differ (ODR).
target_compile_definitions(dep_asio INTERFACE BOOST_ASIO_ENABLE_CANCELIO BOOST_ASIO_NO_DEPRECATED)

find_package(ZLIB REQUIRED)
find_package(BZip2 REQUIRED)
add_library(dep_compression INTERFACE)
target_link_libraries(dep_compression INTERFACE ZLIB::ZLIB BZip2::BZip2)
find_library(MAXMINDDB_LIBRARY maxminddb REQUIRED)
add_library(dep_maxminddb INTERFACE)
target_link_libraries(dep_maxminddb INTERFACE ${MAXMINDDB_LIBRARY})
