# Debian packages by `cpack` (README.md): wend, libwend0 and libwend-dev.
set(soname libwend${PROJECT_VERSION_MAJOR})
set(package_runtime ${soname})
set(package_dev libwend-dev)
set(package_tools wend)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME wend)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_DEBIAN_PACKAGE_RELEASE 0wend1) # below any that Debian may make
set(deb_version ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})
set(CPACK_PACKAGE_CONTACT "wend <wend@example.org>" CACHE STRING "Maintainer of the packages")
set(CPACK_PACKAGE_VENDOR wend)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "reconstruct customer journeys from clickstreams")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL runtime dev tools)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

string(CONCAT about
    "wend puts web and app events from log archives or Kafka back together into the\n"
    "sessions and journeys of each customer, and counts which paths people take and\n"
    "where they give up. Its results are Parquet files that any BI tool reads.")
set(CPACK_DEBIAN_TOOLS_DESCRIPTION "${about}\n.\nThis package has the command line.")
set(CPACK_DEBIAN_RUNTIME_DESCRIPTION "${about}\n.\nThis package has the library for programs.")
set(CPACK_DEBIAN_DEV_DESCRIPTION
    "${about}\n.\nThis package has the headers and the static library.")
set(CPACK_DEBIAN_TOOLS_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
    "${soname} (= ${deb_version}), libzstd-dev, libxxhash-dev, zlib1g-dev, libisal-dev,\
 liblzma-dev, libbz2-dev, libarchive-dev, libyaml-dev, libpcre2-dev, libjansson-dev, nettle-dev")
if(WEND_KAFKA)
    string(APPEND CPACK_DEBIAN_DEV_PACKAGE_DEPENDS ", librdkafka-dev")
endif()

# The linker's cache is refreshed by a trigger, which CPack alone does not make; so neither are its
# shlibs.
set(deb_folder ${CMAKE_CURRENT_BINARY_DIR}/deb)
file(WRITE ${deb_folder}/shlibs "libwend ${PROJECT_VERSION_MAJOR} ${soname} (>= ${deb_version})\n")
file(WRITE ${deb_folder}/triggers "activate-noawait ldconfig\n")
file(WRITE ${deb_folder}/${soname}
    "# CPack adds the scripts to any package with a shared library; they do what the trigger does.\n"
    "${soname}: maintscript-calls-ldconfig *\n")
install(FILES ${deb_folder}/${soname} COMPONENT runtime EXCLUDE_FROM_ALL
    DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA ${deb_folder}/shlibs ${deb_folder}/triggers)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

# What each package says of itself: licence and changes, under its own name.
find_program(GZIP gzip REQUIRED)
configure_file(copyright.in ${deb_folder}/copyright @ONLY)
string(TIMESTAMP deb_date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${deb_folder}/changelog.Debian
    "wend (${deb_version}) unstable; urgency=medium\n\n"
    "  * What has changed is told in changelog.gz.\n\n"
    " -- ${CPACK_PACKAGE_CONTACT}  ${deb_date}\n")
set(changes ${PROJECT_SOURCE_DIR}/CHANGELOG.md)
add_custom_command(OUTPUT ${deb_folder}/changelog.gz ${deb_folder}/changelog.Debian.gz
    DEPENDS ${changes} ${deb_folder}/changelog.Debian VERBATIM
    COMMAND ${GZIP} -9nc ${changes} > ${deb_folder}/changelog.gz
    COMMAND ${GZIP} -9nc ${deb_folder}/changelog.Debian > ${deb_folder}/changelog.Debian.gz)
add_custom_target(package_texts ALL DEPENDS ${deb_folder}/changelog.gz)
foreach(component runtime dev tools)
    string(TOUPPER ${component} upper)
    set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${package_${component}})
    install(FILES ${deb_folder}/copyright ${deb_folder}/changelog.gz
        ${deb_folder}/changelog.Debian.gz COMPONENT ${component} EXCLUDE_FROM_ALL
        DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package_${component}})
endforeach()

include(CPack)
